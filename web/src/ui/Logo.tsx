import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

/** The mark and the town's name. Sizes: m for the header, l for the sign-in page. */
export function Logo({ town, size = "m" }: { town: string; size?: "m" | "l" }) {
  const { t } = useTranslation();
  const large = size === "l";
  return (
    <span className={`flex items-center text-ink ${large ? "gap-4" : "gap-3"}`}>
      <Icon name="hall" size={large ? 56 : 32} className="text-key" />
      <span className="flex flex-wrap items-baseline gap-x-3 leading-snug">
        <b className={`palt ${large ? "text-[32px]" : "text-[22px]"}`}>{town}</b>
        {town !== t("ui.product") && (
          <span className={`text-sub ${large ? "text-xl" : "text-base"}`}>{t("ui.product")}</span>
        )}
      </span>
    </span>
  );
}
