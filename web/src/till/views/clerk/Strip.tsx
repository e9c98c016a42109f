import { useTranslation } from "react-i18next";
import { useNow } from "@/lib/clock";
import { Icon } from "@/ui";
import { screenOf, seconds, type View } from "../../model/desk";
import { useSpan, Yen } from "../../ui";

/** Earlier customers whose end is open stay in sight, with their number; so does what became of them until it was read. */
export function Strip({ views, onOpen }: { views: readonly View[]; onOpen: (v: View) => void }) {
  const { t } = useTranslation();
  const span = useSpan();
  const now = useNow(1_000);
  if (views.length === 0) return <div role="status" />;
  const kinds = views.map((v) => screenOf(v, false).kind);
  const checking = kinds.filter((k) => k === "checking").length;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b-2 border-warn bg-[#ffe9a0] px-4 py-2 text-ink md:px-6 print:hidden"
    >
      <p className="flex items-center gap-3 text-lg font-bold">
        <Icon name="warn" size={28} />
        {checking > 0 ? t("till.strip.checking", { count: checking }) : t("till.strip.over", { count: views.length })}
      </p>
      <ul className="flex flex-wrap gap-2">
        {views.map((v, i) => {
          const k = kinds[i] ?? "cart";
          return (
            <li key={v.sale.id}>
              <button
                type="button"
                onClick={() => onOpen(v)}
                className={`flex min-h-12 cursor-pointer items-center gap-2 rounded-ctl border-2 bg-paper px-4 leading-snug ${k === "paid" ? "border-ok text-ok" : k === "not_paid" ? "border-err text-err" : "border-ink text-ink"}`}
              >
                <Icon name={k === "paid" ? "check" : k === "not_paid" ? "stop" : k === "checking" ? "warn" : "clock"} />
                <b>{v.sale.label}</b>
                <Yen value={v.sale.total} />
                <span className="font-bold">
                  {t(`till.strip.${k}`)}
                  {k === "checking" && v.attempt && (
                    <span className="ml-2 font-normal tabular-nums">{span(seconds(v.attempt.created_at, now))}</span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {checking > 0 && <p>{t("till.checking.dont")}</p>}
    </div>
  );
}
