import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { clockTime } from "@/lib/time";
import { Card, Status } from "@/ui";
import { dayBooksQuery } from "../../api/listDayBooks";
import { isDay, shortDay } from "../../model/day";
import { paths } from "../../model/paths";
import { DayField } from "./form";
import { Broken, OfficePage } from "./OfficePage";
import { hair, Name, Num, Sheet, Td, Th } from "./Sheet";

/** The sessions of some days; each leads to its 日計. */
export function DaysPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("office.days.title")}>{(till) => <Days till={till} />}</OfficePage>;
}

function Days({ till }: { till: Schemas["Till"] }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(till.today);
  const [to, setTo] = useState(till.today);
  const wrong = isDay(from) && isDay(to) && from > to;
  const { data, error, refetch } = useQuery({
    ...dayBooksQuery(from, to),
    enabled: isDay(from) && isDay(to) && !wrong,
    placeholderData: keepPreviousData,
  });
  const sum = (f: (r: Schemas["DayBookRow"]) => number) => (data ?? []).reduce((n, r) => n + f(r), 0);
  return (
    <>
      {till.accountant && (
        <div className="flex flex-wrap gap-4">
          <DayField label={t("office.from")} value={from} onChange={setFrom} />
          <DayField label={t("office.to")} value={to} onChange={setTo} error={wrong ? t("office.span") : undefined} />
        </div>
      )}
      {error && !data && <Broken error={error} again={() => void refetch()} />}
      {data && (
        <Card aria-label={t("office.days.title")} className="!py-4">
          {data.length === 0 ? (
            <p className="text-sub">{t("office.days.none")}</p>
          ) : (
            <Sheet
              label={t("office.days.title")}
              head={
                <tr>
                  <Th>{t("office.days.counter")}</Th>
                  <Th>{t("office.days.state")}</Th>
                  <Th num>{t("closing.sales")}</Th>
                  <Th num className="hidden md:table-cell">
                    {t("closing.cash")}
                  </Th>
                  <Th num className="hidden md:table-cell">
                    {t("closing.cashless")}
                  </Th>
                  <Th num>{t("office.days.revenue")}</Th>
                </tr>
              }
              foot={
                <tr>
                  <Name className="!font-bold" colSpan={2}>
                    {t("closing.total")}
                  </Name>
                  <Num value={sum((r) => r.sales)} />
                  <Num value={sum((r) => r.cash)} className="hidden md:table-cell" />
                  <Num value={sum((r) => r.cashless)} className="hidden md:table-cell" />
                  <Num value={sum((r) => r.revenue)} />
                </tr>
              }
            >
              {data.map((r) => (
                <Row key={r.session.id} row={r} today={till.today} />
              ))}
            </Sheet>
          )}
        </Card>
      )}
    </>
  );
}

function Row({ row, today }: { row: Schemas["DayBookRow"]; today: string }) {
  const { t, i18n } = useTranslation();
  const s = row.session;
  const late = s.state === "open" && s.day < today;
  return (
    <tr className={hair}>
      <Name>
        <a href={paths.dayBook(s.id)} className="inline-flex min-h-11 items-center font-bold">
          {shortDay(s.day, i18n.language)} {s.counter_name}
        </a>
        {s.training && <span className="ml-2 text-warn">{t("office.days.training")}</span>}
      </Name>
      <Td className="!pt-3">
        {s.state === "closed" ? (
          <Status tone="ok" icon="lock">
            {t("office.days.closed", { at: row.closed_at ? clockTime(row.closed_at) : "" })}
          </Status>
        ) : (
          <Status tone={late ? "warn" : "now"}>{t(late ? "office.days.late" : "office.days.open")}</Status>
        )}
        {row.open > 0 && <span className="block text-warn">{t("office.days.unknown", { count: row.open })}</span>}
      </Td>
      <Num value={row.sales} className="!pt-3" />
      <Num value={row.cash} className="hidden !pt-3 md:table-cell" />
      <Num value={row.cashless} className="hidden !pt-3 md:table-cell" />
      <Num value={row.revenue} className="!pt-3" />
    </tr>
  );
}
