import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import type { View } from "../../model/desk";
import { Act, clockSeconds, Mark, Oops, Yen } from "../../ui";
import { Foot, Grow } from "./Parts";
import { usePrint } from "./usePrint";

/**
 * 支払い完了 fills the screen with green. A payment that a clerk only saw on the customer's screen is not proven: it has
 * its own words and no full green.
 */
export function PaidScreen({ view, printer, onNext }: { view: View; printer: boolean; onNext: () => void }) {
  const { t } = useTranslation();
  const { sale, attempt: a } = view;
  const shown = a?.phase === "shown";
  const cash = a?.way === "cash";
  const paper = usePrint("sale", sale.id, printer);
  return (
    <div className={`flex flex-1 flex-col ${shown ? "bg-ok-soft text-body" : "bg-ok text-white"}`}>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-center items-stretch gap-12 px-4 py-8 md:px-12 lg:grid-cols-[minmax(0,1fr)_416px]"
      >
        <section role="status" className="flex min-w-0 flex-col gap-5">
          <div className="flex flex-wrap items-center gap-x-8 gap-y-2">
            <span className={shown ? "text-ok" : "text-white [--mark-ground:#197a4b]"}>
              <Mark kind="paid" size={shown ? 112 : 152} className="max-sm:size-20" />
            </span>
            <h1
              className={`leading-[1.2] tracking-[-0.01em] ${shown ? "text-[40px] sm:text-[56px]" : "text-[48px] !text-white sm:text-[88px] xl:text-[96px]"}`}
            >
              {t(shown ? "till.paid.shown" : "till.paid.title")}
            </h1>
          </div>
          <hr className={`border-t-2 ${shown ? "border-ok/40" : "border-white/35"}`} />
          {cash && a ? (
            <dl className="flex flex-wrap items-baseline gap-x-10">
              {(
                [
                  ["till.amount", sale.total],
                  ["till.cash.given", a.tendered ?? a.amount],
                ] as const
              ).map(([k, v]) => (
                <div key={k} className="flex items-baseline gap-3">
                  <dt className="text-2xl">{t(k)}</dt>
                  <dd>
                    <Yen big value={v} className="text-[40px] leading-tight !text-white" />
                  </dd>
                </div>
              ))}
              <div className="flex basis-full flex-wrap items-baseline gap-x-6">
                <dt className="text-[32px] font-bold">{t("till.cash.change")}</dt>
                <dd>
                  <Yen big value={a.change ?? 0} className="text-[96px] leading-[1.05] !text-white sm:text-[152px]" />
                </dd>
              </div>
            </dl>
          ) : (
            <Yen
              big
              value={sale.total}
              className={`leading-[1.05] ${shown ? "text-[112px]" : "text-[96px] !text-white sm:text-[176px]"}`}
            />
          )}
          <p className="text-2xl leading-relaxed">
            {shown ? (
              a?.situation.map((s) => (
                <span key={s} className="block">
                  {s}
                </span>
              ))
            ) : (
              <>
                {a && <b className="text-[32px]">{a.wallet_name}</b>} {t(a ? "till.paid.took" : "till.paid.nothing")}
              </>
            )}
            <span className={shown ? "block" : ""}>{t("till.paid.hand")}</span>
          </p>
        </section>
        <SlipCard sale={sale} attempt={a} />
        {paper.error && <Oops error={paper.error} title={t("till.print.failed")} still={t("till.print.safe")} />}
      </main>
      <Foot>
        <Act icon="print" isPending={paper.pending} onPress={() => paper.print()}>
          {t(paper.done ? "till.print.again" : "till.paid.print")}
        </Act>
        <Grow />
        <Act look="primary" after="right" className="!min-h-20 !text-2xl md:min-w-[416px]" onPress={onNext} autoFocus>
          {t("till.paid.next")}
        </Act>
      </Foot>
      {paper.sheet}
    </div>
  );
}

/** PayPay（画面のQR）; cash is its own way. */
export function byWay(a: { way: Schemas["Way"]; wallet_name: string }, t: TFunction): string {
  return a.way === "cash"
    ? a.wallet_name
    : t("till.paid.by", { wallet: a.wallet_name, way: t(`till.ways.${a.way}.short`) });
}

function SlipCard({ sale, attempt: a }: { sale: Schemas["Sale"]; attempt: Schemas["Attempt"] | undefined }) {
  const { t, i18n } = useTranslation();
  const rows: [string, string][] = [[t("till.paid.label"), sale.label]];
  if (a) rows.push([t("till.paid.way"), byWay(a, t)]);
  if (a?.ref) rows.push([t("till.paid.ref"), a.ref]);
  const at = a?.paid_at ?? sale.ended_at ?? sale.fixed_at;
  rows.push([t("till.paid.at"), `${stamp(at, i18n.language).split(" ")[0]} ${clockSeconds(at)}`]);
  return (
    <section aria-label={t("till.paid.slip")} className="flex flex-col rounded-2xl bg-paper px-8 py-6 text-body">
      <h2 className="border-b-2 border-ink pb-3 text-[22px]">
        {t("till.paid.slip")}
        <span className="block text-base font-normal text-sub">{t("till.paid.slipNot")}</span>
      </h2>
      <dl className="flex flex-1 flex-col justify-evenly py-2">
        {rows.map(([k, v]) => (
          <div key={k} className="flex items-baseline justify-between gap-4 py-1.5">
            <dt className="text-sub whitespace-nowrap">{k}</dt>
            <dd className="text-right leading-snug font-bold break-all text-ink tabular-nums">{v}</dd>
          </div>
        ))}
      </dl>
      <ul className="border-t border-dashed border-edge pt-3">
        {sale.lines.map((l, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed sale do not move
          <li key={i} className="flex justify-between gap-4 py-0.5">
            <span>
              {t("till.nameCount", { name: l.name, count: t("till.countOf", { count: l.count, unit: l.unit }) })}
            </span>
            <span className="whitespace-nowrap">
              {l.reduction ? `${t("till.paid.reduced")} ` : ""}
              <Yen value={l.amount} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
