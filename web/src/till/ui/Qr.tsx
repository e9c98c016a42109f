import { useMemo } from "react";
import { encode } from "uqr";

/** A QR code, drawn as one path. `text` that is a path of ours becomes an address of the server that showed this page. */
export function Qr({ text, label, className = "" }: { text: string; label: string; className?: string }) {
  const { path, size } = useMemo(() => {
    const whole = text.startsWith("/") ? location.origin + text : text;
    // The quiet zone is part of the picture, so that no layout can take it away.
    const qr = encode(whole, { ecc: "M", border: 3 });
    let d = "";
    qr.data.forEach((row, y) => {
      for (let x = 0; x < row.length; x++) {
        if (!row[x]) continue;
        let n = 1;
        while (row[x + n]) n++;
        d += `M${x} ${y}h${n}v1h-${n}z`;
        x += n;
      }
    });
    return { path: d, size: qr.size };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={`relative z-41 ${className}`}
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#111" />
    </svg>
  );
}
