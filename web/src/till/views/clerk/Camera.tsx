import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "@/ui";
import { Act } from "../../ui";

// From our own server; scripts/assets.mjs puts it there.
prepareZXingModule({
  overrides: {
    locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? `/zxing/${path}` : prefix + path),
  },
});

/** How often a picture is looked at, in milliseconds: an old tablet must not get hot. */
const every = 200;

/** Reads a code with the camera of this device. Nothing of the picture is kept or sent. */
export default function Camera({ onCode, onClose }: { onCode: (code: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const got = useRef(onCode);
  got.current = onCode;
  useEffect(() => {
    let over = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const detector = new BarcodeDetector({ formats: ["qr_code", "code_128", "codabar", "itf", "ean_13"] });
    const look = async () => {
      if (over || !video.current) return;
      try {
        if (video.current.readyState >= 2) {
          const code = (await detector.detect(video.current))[0]?.rawValue;
          if (code && !over) {
            over = true;
            got.current(code);
            return;
          }
        }
      } catch {
        if (!over) setFailed(true);
        return;
      }
      timer = setTimeout(look, every);
    };
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false })
      .then(async (s) => {
        stream = s;
        if (over || !video.current) {
          for (const track of s.getTracks()) track.stop();
          return;
        }
        video.current.srcObject = s;
        await video.current.play();
        void look();
      })
      .catch(() => !over && setFailed(true));
    return () => {
      over = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);
  return (
    <div className="flex w-full flex-col items-center gap-4">
      {failed ? (
        <Notice
          tone="warn"
          live="alert"
          title={t("till.read.noCamera")}
          still={t("till.read.noCameraStill")}
          className="text-left"
        />
      ) : (
        <>
          <video
            ref={video}
            muted
            playsInline
            aria-label={t("till.read.picture")}
            className="aspect-[4/3] w-full rounded-box bg-tile object-cover"
          />
          <p>{t("till.read.hold")}</p>
        </>
      )}
      <Act look="plain" icon="close" onPress={onClose}>
        {t("till.read.cameraOff")}
      </Act>
    </div>
  );
}
