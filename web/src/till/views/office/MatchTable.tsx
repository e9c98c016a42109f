import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Card, Icon, Status } from "@/ui";
import { shortDay } from "../../model/day";
import { bankGap, type Verdict, verdict } from "../../model/match";
import { figures, Yen } from "../../ui";
import { Drawing, type DrawingName } from "./Drawing";
import { hair, Name, Num, Sheet, Td, Th } from "./Sheet";

type Match = Schemas["Match"];

/** Ledger, file, bank beside each other, with what lies between them. */
export function ThreeCards({ m }: { m: Match }) {
  const { t } = useTranslation();
  const v = verdict(m);
  const gap = bankGap(m);
  return (
    <div className="grid grid-cols-1 items-stretch gap-2 lg:grid-cols-[1fr_104px_1fr_104px_1fr] lg:gap-0">
      <Party
        icon="book"
        title={t("recon.ledger")}
        count={m.total.books_count}
        yen={m.total.books}
        note={t("recon.ledgerNote")}
      />
      <Between v={v} />
      <Party
        icon="file"
        title={t("recon.file")}
        count={m.total.file_count}
        yen={m.total.file}
        none={m.files.length === 0 ? t("recon.noFile") : undefined}
        note={t("recon.fileNote")}
      />
      <div className="flex items-center justify-center gap-2 leading-snug text-sub lg:flex-col lg:gap-0">
        <Icon name="right" className="rotate-90 lg:rotate-0" />
        <span>{t("recon.fee")}</span>
        <span className="whitespace-nowrap">
          {m.total.fee === undefined ? t("recon.feeUnknown") : <Yen value={m.total.fee} />}
        </span>
      </div>
      <Party
        icon="bank"
        title={t("recon.bank")}
        count={m.deposits.length}
        yen={m.banked}
        none={m.deposits.length === 0 ? t("recon.noDeposit") : undefined}
        note={
          gap === undefined
            ? t(m.total.fee === undefined ? "recon.bankBefore" : "recon.bankExpected", {
                yen: figures(m.expected_deposit),
              })
            : t("recon.bankGap", { yen: figures(gap) })
        }
        warn={gap !== undefined && gap !== 0}
      />
    </div>
  );
}

function Between({ v }: { v: Verdict }) {
  const { t } = useTranslation();
  return (
    <div
      className={`flex items-center justify-center gap-2 text-center leading-snug lg:flex-col lg:gap-0 ${v.kind === "differs" ? "font-bold text-warn" : v.kind === "agrees" ? "font-bold text-ok" : "text-sub"}`}
    >
      <Icon name={v.kind === "differs" ? "warn" : v.kind === "agrees" ? "tick" : "clock"} />
      {v.kind === "differs" ? (
        <>
          <span>{t("recon.difference")}</span>
          <Yen value={v.yen} />
        </>
      ) : (
        <span>{t(v.kind === "agrees" ? "recon.agrees" : "recon.before")}</span>
      )}
    </div>
  );
}

function Party({
  icon,
  title,
  count,
  yen,
  none,
  note,
  warn,
}: {
  icon: DrawingName;
  title: string;
  count: number;
  yen: number;
  none?: string;
  note: string;
  warn?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <section className="rounded-box border border-line bg-paper px-6 py-3">
      <div className="flex items-center gap-3">
        <Drawing name={icon} className="text-key" />
        <h2 className="min-w-0 flex-1 text-[17px]">{title}</h2>
        <b className="whitespace-nowrap text-ink">{none ? "" : t("recon.count", { count: figures(count) })}</b>
      </div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-[32px] leading-tight font-bold text-ink">
          {none ? <span className="text-xl">{none}</span> : <Yen value={yen} />}
        </span>
        <span className={warn ? "flex items-center gap-1 font-bold text-warn" : "text-sub"}>
          {warn && <Icon name="warn" size={20} />}
          {note}
        </span>
      </div>
    </section>
  );
}

/** Each wallet in the books and in the files. The bank pays all of a provider's wallets together, so it stands in the total. */
export function MatchTable({ m }: { m: Match }) {
  const { t } = useTranslation();
  const files = m.files.length > 0;
  const file = (n: number): ReactNode => (files ? figures(n) : "\u2212");
  const line = (w: Schemas["WalletMatch"]) => (
    <>
      <Num value={w.books_count} className="border-l border-line" />
      <Num value={w.books} />
      <Td num className="border-l border-line">
        {file(w.file_count)}
      </Td>
      <Td num>{file(w.file)}</Td>
      <Td num>{w.fee === undefined ? "\u2212" : file(w.fee)}</Td>
      <Td num>{w.fee === undefined ? "\u2212" : file(w.file - w.fee)}</Td>
    </>
  );
  const head = "border-l border-line text-center text-ink";
  return (
    <Card as="div" className="!px-4 !py-2 lg:!px-6">
      <Sheet
        scroll
        label={t("recon.match.table")}
        className="[&_td]:px-1.5 [&_th]:px-1.5 lg:[&_td]:px-3 lg:[&_th]:px-3"
        head={
          <>
            <tr>
              <td />
              <Th colSpan={2} scope="colgroup" className={head}>
                {t("recon.ledgerShort")}
              </Th>
              <Th colSpan={4} scope="colgroup" className={head}>
                {t("recon.fileShort")}
              </Th>
              <Th scope="col" className={head}>
                {t("recon.bankShort")}
              </Th>
              <td className="border-l border-line" />
            </tr>
            <tr>
              <Th className="whitespace-nowrap">{t("recon.wallet")}</Th>
              <Th num className="border-l border-line">
                {t("recon.sales")}
              </Th>
              <Th num>{t("recon.amount")}</Th>
              <Th num className="border-l border-line">
                {t("recon.sales")}
              </Th>
              <Th num>{t("recon.amount")}</Th>
              <Th num>{t("recon.fee")}</Th>
              <Th num>{t("recon.planned")}</Th>
              <Th num className="border-l border-line">
                {t("recon.arrived")}
              </Th>
              <Th className="border-l border-line !pl-3 lg:!pl-6">{t("recon.result")}</Th>
            </tr>
          </>
        }
        foot={
          <tr>
            <Name className="!font-bold">{t("closing.total")}</Name>
            {line(m.total)}
            <Td num className="border-l border-line">
              {m.deposits.length === 0 ? "\u2212" : figures(m.banked)}
            </Td>
            <Td className="border-l border-line !pl-3 lg:!pl-6">
              <Result v={verdict(m)} />
            </Td>
          </tr>
        }
      >
        {m.wallets.map((w) => {
          const v = verdict(m, w.wallet_name);
          const bad = v.kind === "differs";
          return (
            <tr key={w.wallet} className={`${hair} ${bad ? "bg-warn-soft" : ""}`}>
              <Name
                className={`!font-bold whitespace-nowrap ${bad ? "!pl-4 shadow-[inset_4px_0_0_var(--color-warn)]" : ""}`}
              >
                {w.wallet_name || t("recon.noWallet")}
              </Name>
              {line(w)}
              <Td className="border-l border-line" />
              <Td className="border-l border-line !pl-3 lg:!pl-6">
                <Result v={v} />
              </Td>
            </tr>
          );
        })}
        {m.wallets.length === 0 && (
          <tr>
            <td colSpan={9} className="py-3 text-sub">
              {t("recon.match.nothing")}
            </td>
          </tr>
        )}
      </Sheet>
    </Card>
  );
}

function Result({ v }: { v: Verdict }) {
  const { t } = useTranslation();
  if (v.kind === "differs") {
    return (
      <Status tone="warn" className="whitespace-nowrap">
        {t("recon.differs", { count: v.count, yen: figures(v.yen) })}
      </Status>
    );
  }
  return v.kind === "agrees" ? (
    <Status tone="ok" icon="tick">
      {t("recon.agrees")}
    </Status>
  ) : (
    <Status tone="plain" icon="clock" className="font-normal whitespace-nowrap">
      {t("recon.before")}
    </Status>
  );
}

/** What arrived at the bank for these days, and the files it is compared with. */
export function Deposits({ m }: { m: Match }) {
  const { t, i18n } = useTranslation();
  const day = (d: string) => shortDay(d, i18n.language);
  if (m.deposits.length === 0) return null;
  return (
    <Card aria-label={t("recon.deposit.list")} className="!py-4">
      <h2 className="mb-1 text-lg">{t("recon.deposit.list")}</h2>
      <Sheet
        label={t("recon.deposit.list")}
        head={
          <tr>
            <Th>{t("recon.deposit.on")}</Th>
            <Th>{t("recon.deposit.days")}</Th>
            <Th num>{t("recon.deposit.net")}</Th>
            <Th num>{t("recon.deposit.fee")}</Th>
            <Th className="hidden md:table-cell">{t("recon.deposit.by")}</Th>
          </tr>
        }
        foot={
          <tr>
            <Name className="!font-bold" colSpan={2}>
              {t("closing.total")}
            </Name>
            <Num value={m.banked} />
            <Num value={m.banked_fee} />
            <Td className="hidden md:table-cell" />
          </tr>
        }
      >
        {m.deposits.map((d) => (
          <tr key={d.id} className={hair}>
            <Name>{day(d.on)}</Name>
            <Td>{t("recon.days", { from: day(d.from), to: day(d.to) })}</Td>
            <Num value={d.net} />
            <Num value={d.fee} />
            <Td className="hidden md:table-cell">
              {d.by} {d.note}
            </Td>
          </tr>
        ))}
      </Sheet>
    </Card>
  );
}
