import { useId } from "react";
import { useTranslation } from "react-i18next";

/** 練習 all over the screen, above everything and in the way of nothing. */
export function Watermark({ word }: { word?: string }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <svg
      aria-hidden="true"
      data-testid="watermark"
      className="pointer-events-none fixed inset-0 z-40 size-full select-none print:hidden"
    >
      <defs>
        <pattern id={id} width="360" height="240" patternUnits="userSpaceOnUse" patternTransform="rotate(-24)">
          <text x="20" y="140" fontSize="72" fontWeight="700" fill="#705700" fillOpacity="0.09">
            {word ?? t("till.practice")}
          </text>
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill={`url(#${id})`} />
    </svg>
  );
}
