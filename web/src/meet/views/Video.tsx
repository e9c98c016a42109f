import { useEffect, useRef } from "react";
import type { TrackRef } from "../model/roster";

/** A picture. The engine follows the size and visibility of the element and sends no more than it needs. */
export function Video({
  track,
  label,
  mirror,
  className = "",
}: {
  track: TrackRef;
  label: string;
  mirror?: boolean;
  className?: string;
}) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const el = ref.current;
    if (el === null) return;
    track.attach(el);
    return () => {
      track.detach(el);
    };
  }, [track]);
  return (
    <video
      ref={ref}
      aria-label={label}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
      className={`${mirror ? "-scale-x-100" : ""} ${className}`}
    />
  );
}
