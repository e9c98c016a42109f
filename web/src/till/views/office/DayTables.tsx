import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Icon } from "@/ui";
import { givenBack, standing } from "../../model/closing";
import { paths } from "../../model/paths";
import { figures, Yen } from "../../ui";
import { Drawing } from "./Drawing";
import { group, hair, Name, Num, Sheet, Th } from "./Sheet";

type DayBook = Schemas["DayBook"];

/** 科目 and 品目 with what was reduced; the foot comes to the revenue also where a part went back. */
export function ItemTable({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  const sum = (f: (c: Schemas["CategoryTotal"]) => number) => book.categories.reduce((s, c) => s + f(c), 0);
  const back = givenBack(book);
  return (
    <Sheet
      label={t("closing.items")}
      head={
        <tr>
          <Th className="!pl-2">{t("closing.item")}</Th>
          <Th num>{t("closing.pieces")}</Th>
          <Th num>{t("closing.reduced")}</Th>
          <Th num className="!pr-2">
            {t("closing.amount")}
          </Th>
        </tr>
      }
      foot={
        <>
          {back !== 0 && (
            <tr className="font-normal">
              <Name className="!pl-2" colSpan={3}>
                {t("closing.partBack")}
              </Name>
              <Num value={-back} className="!pr-2" />
            </tr>
          )}
          <tr>
            <Name className="!pl-2 !font-bold">{t("closing.total")}</Name>
            <Num value={sum((c) => c.count)} />
            <Num value={sum((c) => c.reduced)} dash />
            <Num value={book.revenue} className="!pr-2" />
          </tr>
        </>
      }
    >
      {book.categories.map((c) => (
        <Fragment key={c.code}>
          <tr className={group}>
            <th scope="rowgroup" colSpan={3} className="px-2 py-1.5 text-left">
              {c.name}
            </th>
            <Num value={c.amount} className="!pr-2" />
          </tr>
          {c.items.map((i) => (
            <tr key={i.code} className={hair}>
              <Name className="!pl-6">{i.name}</Name>
              <Num value={i.count} />
              <Num value={i.reduced} dash />
              <Num value={i.amount} className="!pr-2" />
            </tr>
          ))}
        </Fragment>
      ))}
      {book.categories.length === 0 && (
        <tr>
          <td colSpan={4} className="px-2 py-4 text-sub">
            {t("closing.noSales")}
          </td>
        </tr>
      )}
    </Sheet>
  );
}

/** How it was paid. Wallets have been asked about; nothing agrees before the settlement file. */
export function MethodTable({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  return (
    <Sheet
      label={t("closing.methods")}
      head={
        <tr>
          <Th>{t("closing.method")}</Th>
          <Th num>{t("closing.sales")}</Th>
          <Th num>{t("closing.amount")}</Th>
        </tr>
      }
      foot={
        <tr>
          <Name className="!font-bold">{t("closing.total")}</Name>
          <Num value={book.methods.reduce((s, m) => s + m.count, 0)} />
          <Num value={book.revenue} />
        </tr>
      }
    >
      {book.methods.map((m) => {
        const s = standing(m);
        return (
          <tr key={`${m.wallet} ${m.way}`} className={hair}>
            <Name>
              {m.wallet_name}
              <span className="block text-sub">{t(`closing.standing.${s}`)}</span>
            </Name>
            <Num value={m.count} />
            <Num value={m.amount} />
          </tr>
        );
      })}
    </Sheet>
  );
}

/** What went back, what is open, what came to nothing. */
export function Aside({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  const yen = (all: readonly { amount: number }[]) => all.reduce((s, x) => s + x.amount, 0);
  const back = [
    { key: "voids", all: book.voids },
    { key: "refunds", all: book.refunds },
  ].filter((x) => x.all.length > 0);
  if (back.length === 0 && book.open.length === 0 && book.dropped === 0) {
    return <p className="text-sub">{t("closing.nothingElse")}</p>;
  }
  return (
    <ul className="flex flex-col divide-y divide-line">
      {back.map(({ key, all }) => (
        <li key={key} className="flex gap-3 py-2 first:pt-0 last:pb-0">
          <Drawing name="back" />
          <div className="min-w-0">
            <b className="text-ink">{t(`closing.${key}`, { count: all.length, yen: figures(yen(all)) })}</b>
            <ul>
              {all.map((r) => (
                <li key={`${r.sale} ${r.amount} ${r.reason}`}>
                  <a href={paths.sale(r.sale)} className="mr-2 tabular-nums">
                    {r.label}
                  </a>
                  {r.reason}
                  {r.approver ? t("closing.approvedBy", { name: r.approver }) : t(`closing.refund.${r.state}`)}
                </li>
              ))}
            </ul>
          </div>
        </li>
      ))}
      {book.open.length > 0 && (
        <li className="flex gap-3 py-2 first:pt-0 last:pb-0">
          <Icon name="warn" className="text-warn" />
          <div className="min-w-0">
            <b className="text-ink">{t("closing.open", { count: book.open.length, yen: figures(yen(book.open)) })}</b>
            <ul>
              {book.open.map((o) => (
                <li key={o.attempt}>
                  <a href={paths.sale(o.sale)} className="mr-2 tabular-nums">
                    {o.label}
                  </a>
                  {t("closing.openLine", { wallet: o.wallet_name, yen: figures(o.amount) })}
                  {o.owner_name && t("closing.ownedBy", { name: o.owner_name })}
                </li>
              ))}
            </ul>
            <span className="text-sub">{t("closing.notRevenue")}</span>
          </div>
        </li>
      )}
      {book.dropped > 0 && (
        <li className="flex gap-3 py-2 first:pt-0 last:pb-0">
          <Icon name="close" />
          <span>{t("closing.dropped", { count: book.dropped })}</span>
        </li>
      )}
    </ul>
  );
}

/** 本日の収入 = 現金 + キャッシュレス */
export function Equation({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  const part = (label: string, value: number, sign?: string) => (
    <div className="text-right">
      <dt className="text-body">{label}</dt>
      <dd className="text-2xl leading-snug font-bold text-ink">
        {sign && (
          <span aria-hidden="true" className="mr-4 text-xl font-normal">
            {sign}
          </span>
        )}
        <Yen value={value} />
      </dd>
    </div>
  );
  return (
    <dl className="flex flex-wrap items-end gap-x-4">
      {part(t("closing.revenue"), book.revenue)}
      {part(t("closing.cash"), book.cash, "\uff1d")}
      {part(t("closing.cashless"), book.cashless, "\uff0b")}
    </dl>
  );
}
