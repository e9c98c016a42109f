import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Icon, type IconName } from "@/ui";

export type Way = Schemas["Way"];
export const ways: readonly Way[] = ["scan", "show", "sticker", "cash"];
export const wayIcons: Record<Way, IconName> = { scan: "barcode", show: "qr", sticker: "sticker", cash: "cash" };

/** The four ways to pay. One that cannot be taken here says why and is not pressed. */
export function WayBar({
  disabled,
  why,
  pending,
  onWay,
  ref,
}: {
  disabled: boolean;
  why: Partial<Record<Way, string>>;
  pending: boolean;
  onWay: (way: Way) => void;
  ref?: Ref<HTMLElement>;
}) {
  const { t } = useTranslation();
  return (
    <section
      ref={ref}
      aria-label={t("till.ways.title")}
      className="border-t border-line bg-paper px-4 pt-3 pb-6 md:px-6"
    >
      <div className="mb-2 flex flex-wrap items-baseline gap-x-4">
        <h2 className="text-lg">{t("till.ways.title")}</h2>
        <span className="text-sub">{t(disabled ? "till.ways.first" : "till.ways.anytime")}</span>
      </div>
      <div className="grid gap-4 xs:grid-cols-2 xl:grid-cols-[1.18fr_1fr_1fr_1fr]">
        {ways.map((w) => {
          const off = disabled || why[w] !== undefined;
          const primary = w === "scan" && !off;
          return (
            <button
              key={w}
              type="button"
              disabled={off}
              aria-disabled={pending || undefined}
              onClick={() => !pending && onWay(w)}
              className={`flex min-h-24 cursor-pointer items-center gap-4 rounded-box border-2 px-5 py-2 text-left disabled:cursor-not-allowed aria-disabled:cursor-progress ${
                off
                  ? "border-line bg-ground text-sub"
                  : primary
                    ? "border-key bg-key text-on-key hover:bg-key-hover"
                    : "border-key bg-paper text-key hover:bg-key-soft"
              }`}
            >
              <Icon name={wayIcons[w]} size={36} />
              <span className="min-w-0">
                <b className="palt block text-[21px] leading-snug">{t(`till.ways.${w}.name`)}</b>
                <span className={`block leading-normal ${primary ? "" : "text-sub"}`}>
                  {why[w] ?? t(`till.ways.${w}.how`)}
                </span>
              </span>
            </button>
          );
        })}
      </div>
    </section>
  );
}
