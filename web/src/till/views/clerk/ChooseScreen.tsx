import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Icon, Spinner } from "@/ui";
import { listOffers } from "../../api/listOffers";
import type { View } from "../../model/desk";
import { Act, Oops, Yen } from "../../ui";
import { Foot, Grow } from "./Parts";
import { Total } from "./Total";
import { type Way, wayIcons, ways } from "./WayBar";

/** A fixed sale and every way to pay it, brand by brand; what cannot be chosen says why. */
export function ChooseScreen({
  view,
  only,
  why,
  pending,
  onPay,
  onEdit,
  onDrop,
  editing,
}: {
  view: View;
  /** the way that was pressed; its brands stand first */
  only: Way | undefined;
  /** why a way has no brand at all here */
  why: Partial<Record<Way, string>>;
  pending: boolean;
  onPay: (way: Way, wallet?: string) => void;
  onEdit: () => void;
  onDrop: () => void;
  editing: boolean;
}) {
  const { t } = useTranslation();
  const { sale } = view;
  const offers = useQuery({
    queryKey: ["till", "offers", sale.id],
    queryFn: ({ signal }) => listOffers(sale.id, signal),
  });
  const order = only ? [only, ...ways.filter((w) => w !== only)] : ways;
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-start gap-6 px-4 py-6 md:px-12 lg:grid-cols-[minmax(0,1fr)_400px]"
      >
        <div className="flex min-w-0 flex-col gap-6">
          <h1 className="text-[32px]">{t("till.choose.title")}</h1>
          {offers.isPending && <Spinner />}
          {offers.error && <Oops error={offers.error} title={t("till.choose.failed")} />}
          {offers.data && (
            <div className="grid gap-4 xl:grid-cols-2">
              {order.map((w) => (
                <WayGroup
                  key={w}
                  way={w}
                  first={w === order.find((x) => offers.data.some((o) => o.way === x && o.ok))}
                  offers={offers.data.filter((o) => o.way === w)}
                  none={why[w] ?? t(`till.ways.${w}.none`)}
                  pending={pending}
                  onPay={onPay}
                />
              ))}
            </div>
          )}
        </div>
        <aside
          aria-label={t("till.cart.slip")}
          className="flex flex-col self-start overflow-hidden rounded-2xl border border-line bg-paper lg:sticky lg:top-4"
        >
          <h2 className="border-b border-line px-6 py-3 text-lg">{t("till.choose.sale", { label: sale.label })}</h2>
          <ul className="px-6 py-2">
            {sale.lines.map((l, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed sale do not move
              <li key={i} className="flex justify-between gap-4 border-b border-line py-2 last:border-0">
                <span>
                  {t("till.nameCount", { name: l.name, count: t("till.countOf", { count: l.count, unit: l.unit }) })}
                  {l.reduction && (
                    <span className="block text-ok">{t("till.cart.reduced", { name: l.reduction })}</span>
                  )}
                </span>
                <Yen value={l.amount} />
              </li>
            ))}
          </ul>
          <Total value={sale.total} words="" />
        </aside>
      </main>
      <Foot>
        <Act look="plain" icon="left" isPending={editing} onPress={onEdit}>
          {t("till.choose.edit")}
        </Act>
        <Grow />
        <Act look="plain" icon="close" isPending={editing} onPress={onDrop}>
          {t("till.choose.drop")}
        </Act>
      </Foot>
    </>
  );
}

function WayGroup({
  way,
  first,
  offers,
  none,
  pending,
  onPay,
}: {
  way: Way;
  first: boolean;
  offers: readonly Schemas["Offer"][];
  none: string;
  pending: boolean;
  onPay: (way: Way, wallet?: string) => void;
}) {
  const { t } = useTranslation();
  const ok = offers.filter((o) => o.ok);
  const not = offers.filter((o) => !o.ok);
  const one = way === "scan" || way === "cash";
  return (
    <section aria-label={t(`till.ways.${way}.name`)} className="rounded-2xl border border-line bg-paper p-5">
      <h2 className="mb-3 flex items-center gap-3 text-xl">
        <Icon name={wayIcons[way]} size={28} className="text-key" />
        {t(`till.ways.${way}.name`)}
      </h2>
      {ok.length === 0 && not.length === 0 && <p className="text-sub">{none}</p>}
      <div className="flex flex-wrap gap-3">
        {one && ok.length > 0 && (
          <Act look={first ? "primary" : "outline"} isPending={pending} onPress={() => onPay(way)}>
            {t(`till.ways.${way}.go`)}
          </Act>
        )}
        {!one &&
          ok.map((o, i) => (
            <Act
              key={`${o.wallet} ${o.sticker ?? ""}`}
              look={first && i === 0 ? "primary" : "outline"}
              isPending={pending}
              onPress={() => onPay(way, o.wallet)}
            >
              {o.sticker_label ?? o.wallet_name}
            </Act>
          ))}
      </div>
      {way === "scan" && ok.length > 0 && (
        <p className="mt-2 text-sub">
          {t("till.choose.brands", { names: ok.map((o) => o.wallet_name).join(t("till.comma")) })}
        </p>
      )}
      {not.length > 0 && (
        <ul className="mt-3 flex flex-col gap-2">
          {not.map((o) => (
            <li key={`${o.wallet} ${o.sticker ?? ""}`} className="flex items-start gap-2 leading-normal text-body">
              <Icon name="stop" size={20} className="mt-0.5 text-sub" />
              <span>
                <b>{t("till.choose.cannot", { name: o.sticker_label ?? o.wallet_name })}</b> {o.why_words}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
