import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, TextField } from "@/ui";
import { likely, amount as read } from "../../model/cash";
import type { View } from "../../model/desk";
import { Act, figures, Yen } from "../../ui";
import { Amount, Foot, Grow } from "./Parts";

/** お預かり in, おつり out. Recorded when the drawer is closed, not before. */
export function CashScreen({
  view,
  pending,
  onPaid,
  onBack,
}: {
  view: View;
  pending: boolean;
  onPaid: (tendered: number) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const due = view.sale.total;
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const given = read(typed);
  const enough = given !== undefined && given >= due;
  const put = (d: string) => {
    setTried(false);
    setTyped((v) => (d === "back" ? v.slice(0, -1) : `${v}${d}`.replace(/^0+(?=\d)/, "").slice(0, 8)));
  };
  const done = () => {
    if (enough) onPaid(given);
    else setTried(true);
  };
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-center gap-x-14 gap-y-6 px-4 py-6 md:px-12 lg:grid-cols-[minmax(0,1fr)_400px]"
      >
        <div className="flex min-w-0 flex-col gap-5">
          <h1 className="text-[32px]">{t("till.cash.title")}</h1>
          <Amount sale={view.sale} />
          <div className="flex flex-wrap gap-3">
            {likely(due).map((n) => (
              <Act
                key={n}
                look={given === n ? "outline" : "plain"}
                onPress={() => setTyped(String(n))}
                aria-pressed={given === n}
              >
                <Yen value={n} />
                {n === due && <span className="ml-2 text-base">{t("till.cash.exact")}</span>}
              </Act>
            ))}
          </div>
          <div
            className="flex items-baseline justify-between gap-4 rounded-2xl bg-key-soft px-6 py-3"
            aria-live="polite"
          >
            <span className="text-xl font-bold text-ink">{t("till.cash.change")}</span>
            {enough ? (
              <Yen big value={given - due} className="text-[72px] leading-[1.1]" />
            ) : (
              <span className="text-[40px] leading-[1.98] font-bold text-sub">
                {given === undefined ? t("till.cash.none") : t("till.cash.short", { yen: figures(due - given) })}
              </span>
            )}
          </div>
        </div>
        <form
          className="flex flex-col gap-3 rounded-2xl border border-line bg-paper p-5"
          onSubmit={(e) => {
            e.preventDefault();
            done();
          }}
        >
          <TextField
            autoFocus
            label={t("till.cash.given")}
            inputMode="numeric"
            autoComplete="off"
            value={typed === "" ? "" : given === undefined ? typed : figures(given)}
            onChange={(v) => {
              setTried(false);
              setTyped(v.replace(/,/g, ""));
            }}
            error={tried && !enough ? t("till.cash.wrong") : undefined}
            inputClass="!text-[40px] !min-h-20 font-bold text-right"
          />
          <div className="grid grid-cols-3 gap-2">
            {["7", "8", "9", "4", "5", "6", "1", "2", "3", "0", "00"].map((d) => (
              <Act
                key={d}
                look="plain"
                className="!min-h-14 !px-0 !text-2xl"
                onPress={() => put(d)}
                excludeFromTabOrder
              >
                {d}
              </Act>
            ))}
            <Act
              look="plain"
              className="!min-h-14 !px-0"
              aria-label={t("till.cash.back")}
              onPress={() => put("back")}
              excludeFromTabOrder
            >
              <Icon name="left" />
            </Act>
          </div>
        </form>
      </main>
      <Foot>
        <Act look="plain" icon="left" isDisabled={pending} onPress={onBack}>
          {t("till.cash.other")}
        </Act>
        <Grow />
        <Act look="primary" className="md:min-w-[400px]" isPending={pending} onPress={done}>
          {t("till.cash.done")}
        </Act>
      </Foot>
    </>
  );
}
