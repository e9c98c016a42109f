import { Fragment } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { serverNow } from "@/lib/clock";
import { stamp } from "@/lib/time";
import { givenBack } from "../../model/closing";
import { dayText } from "../../model/day";
import { figures } from "../../ui";

type DayBook = Schemas["DayBook"];

const cell = "border border-black px-2 py-0.5";
const num = `${cell} text-right tabular-nums`;

/** 日計表 on A4, with the places to sign. It is on paper only. */
export function DaySheet({ book, office, counted }: { book: DayBook; office: string; counted: number | undefined }) {
  const { t, i18n } = useTranslation();
  const s = book.session;
  const have = book.counted ?? counted;
  const back = givenBack(book);
  const sum = (f: (c: Schemas["CategoryTotal"]) => number) => book.categories.reduce((n, c) => n + f(c), 0);
  const gone = [
    ...book.voids.map((r) => ({ ...r, kind: "voids" })),
    ...book.refunds.map((r) => ({ ...r, kind: "refunds" })),
  ];
  return createPortal(
    <div className="hidden text-[10.5pt] leading-snug text-black print:block" data-testid="daysheet">
      <style>
        {"@media print { #root { display: none } body { background: #fff } } @page { size: A4; margin: 15mm }"}
      </style>
      <div className="mb-3 flex items-end justify-between">
        <p className="text-[18pt] font-bold">{t("closing.sheet.title")}</p>
        <p className="text-right">
          {office}
          <br />
          {s.counter_name}
        </p>
      </div>
      <p className="mb-3">
        {dayText(s.day, i18n.language)}
        {"\u3000"}
        {t("closing.numbers", { first: book.first ?? "\u2212", last: book.last ?? "\u2212" })}
        {s.training && `\u3000${t("closing.sheet.training")}`}
      </p>
      <table className="mb-4 w-full border-collapse">
        <thead>
          <tr>
            {["account", "item", "pieces", "reduced", "amount"].map((k) => (
              <th key={k} className={cell}>
                {t(`closing.${k}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {book.categories.map((c) => (
            <Fragment key={c.code}>
              {c.items.map((i, n) => (
                <tr key={i.code}>
                  {n === 0 && (
                    <th rowSpan={c.items.length + 1} className={`${cell} text-left align-top font-normal`}>
                      {c.name}
                      <br />
                      {c.code}
                    </th>
                  )}
                  <td className={cell}>{i.name}</td>
                  <td className={num}>
                    {figures(i.count)}
                    {i.unit}
                  </td>
                  <td className={num}>{i.reduced === 0 ? "" : figures(i.reduced)}</td>
                  <td className={num}>{figures(i.amount)}</td>
                </tr>
              ))}
              <tr className="font-bold">
                <td className={cell}>{t("closing.sheet.sub")}</td>
                <td className={num}>{figures(c.count)}</td>
                <td className={num}>{c.reduced === 0 ? "" : figures(c.reduced)}</td>
                <td className={num}>{figures(c.amount)}</td>
              </tr>
            </Fragment>
          ))}
          {back !== 0 && (
            <tr>
              <td className={cell} colSpan={4}>
                {t("closing.partBack")}
              </td>
              <td className={num}>{figures(-back)}</td>
            </tr>
          )}
          <tr className="border-t-2 border-black font-bold">
            <td className={cell} colSpan={2}>
              {t("closing.total")}
            </td>
            <td className={num}>{figures(sum((c) => c.count))}</td>
            <td className={num}>{figures(sum((c) => c.reduced))}</td>
            <td className={num}>{figures(book.revenue)}</td>
          </tr>
        </tbody>
      </table>
      <div className="mb-4 grid grid-cols-2 gap-6">
        <table className="w-full border-collapse self-start">
          <thead>
            <tr>
              {["method", "sales", "amount"].map((k) => (
                <th key={k} className={cell}>
                  {t(`closing.${k}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {book.methods.map((m) => (
              <tr key={`${m.wallet} ${m.way}`}>
                <td className={cell}>{m.wallet_name}</td>
                <td className={num}>{figures(m.count)}</td>
                <td className={num}>{figures(m.amount)}</td>
              </tr>
            ))}
            <tr className="border-t-2 border-black font-bold">
              <td className={cell}>{t("closing.total")}</td>
              <td className={num}>{figures(book.methods.reduce((n, m) => n + m.count, 0))}</td>
              <td className={num}>{figures(book.revenue)}</td>
            </tr>
          </tbody>
        </table>
        <table className="w-full border-collapse self-start">
          <tbody>
            {(
              [
                ["float", s.float],
                ["cash", book.cash],
                ["expected", book.expected],
                ["counted", have],
                ["difference", have === undefined ? undefined : have - book.expected],
              ] as const
            ).map(([k, v]) => (
              <tr key={k}>
                <th className={`${cell} text-left font-normal`}>{t(`closing.sheet.${k}`)}</th>
                <td className={num}>{v === undefined ? "" : figures(v)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(gone.length > 0 || book.open.length > 0) && (
        <ul className="mb-4">
          {gone.map((r) => (
            <li key={`${r.kind} ${r.sale} ${r.amount}`}>
              {t(`closing.sheet.${r.kind}`, { label: r.label, yen: figures(r.amount) })}
              {"\u3000"}
              {r.reason}
              {r.approver ? t("closing.approvedBy", { name: r.approver }) : t(`closing.refund.${r.state}`)}
            </li>
          ))}
          {book.open.map((o) => (
            <li key={o.attempt}>
              {t("closing.sheet.open", { label: o.label, wallet: o.wallet_name, yen: figures(o.amount) })}
              {book.owner_name && t("closing.ownedBy", { name: book.owner_name })}
            </li>
          ))}
        </ul>
      )}
      <div className="ml-auto grid w-[110mm] grid-cols-2">
        {(["clerk", "second"] as const).map((k) => {
          const name = k === "clerk" ? book.signed_by : book.closed_by;
          return (
            <div key={k} className="border border-black">
              <p className="border-b border-black text-center">{t(`closing.sheet.${k}`)}</p>
              <p className="flex h-[18mm] items-center justify-center">{name}</p>
            </div>
          );
        })}
      </div>
      <p className="mt-3 text-right">
        {book.closed_at
          ? t("closing.sheet.closedAt", { at: stamp(book.closed_at, i18n.language) })
          : t("closing.sheet.printedAt", { at: stamp(serverNow(), i18n.language) })}
      </p>
    </div>,
    document.body,
  );
}
