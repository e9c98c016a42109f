import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Card, LinkButton, Notice, Select, Spinner, Status } from "@/ui";
import { exportAddress, exportCheckQuery, type Wanted } from "../../api/checkExport";
import { dayBooksQuery } from "../../api/listDayBooks";
import { addDays, fiscalYear, isDay, month, shortDay } from "../../model/day";
import { figures } from "../../ui";
import { DayField } from "./form";
import { Broken, OfficePage } from "./OfficePage";
import { hair, Name, Sheet, Td, Th } from "./Sheet";

type Name3 = Wanted["name"];
type Format = "xlsx" | "csv" | "csv_sjis";

/** 出力: what goes to the finance system, with what Shift_JIS cannot write said before. */
export function ExportPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("recon.export.title")}>{(till) => <Export till={till} />}</OfficePage>;
}

function Export({ till }: { till: Schemas["Till"] }) {
  const { t, i18n } = useTranslation();
  const asked = useSearch({ strict: false }) as { name?: string; from?: string; to?: string };
  const [name, setName] = useState<Name3>(
    asked.name === "payments" ? "payments" : asked.name === "daybook" ? "daybook" : "revenue",
  );
  const [format, setFormat] = useState<Format>("xlsx");
  const now = month(till.today);
  const [from, setFrom] = useState(asked.from ?? now.from);
  const [to, setTo] = useState(asked.to ?? till.today);
  const [session, setSession] = useState<string>();
  const books = useQuery({ ...dayBooksQuery(addDays(till.today, -31), till.today), enabled: name === "daybook" });
  const chosen = session ?? books.data?.[0]?.session.id;
  const span = isDay(from) && isDay(to) && from <= to;
  const wanted: Wanted = name === "daybook" ? { name, session: chosen } : { name, from, to };
  const ready = name === "daybook" ? chosen !== undefined : span;
  const check = useQuery({ ...exportCheckQuery(wanted), enabled: ready });
  const spans = [
    { id: "month", label: t("recon.export.thisMonth"), ...now },
    { id: "last", label: t("recon.export.lastMonth"), ...month(till.today, -1) },
    { id: "year", label: t("recon.export.thisYear"), ...fiscalYear(till.today) },
  ];
  const missing = format === "csv_sjis" ? (check.data?.missing ?? []) : [];
  return (
    <>
      <Card aria-label={t("recon.export.what")} className="flex flex-col gap-5">
        <div className="grid gap-4 sm:grid-cols-2">
          <Select
            label={t("recon.export.what")}
            options={(["revenue", "payments", "daybook"] as const).map((x) => ({
              id: x,
              label: t(`recon.export.${x}`),
            }))}
            value={name}
            onChange={(x) => setName(x as Name3)}
          />
          <Select
            label={t("recon.export.format")}
            options={(["xlsx", "csv", "csv_sjis"] as const).map((x) => ({ id: x, label: t(`recon.export.${x}`) }))}
            value={format}
            onChange={(x) => setFormat(x as Format)}
          />
        </div>
        {name === "daybook" ? (
          <Select
            label={t("recon.export.session")}
            placeholder={t("recon.export.noSession")}
            options={(books.data ?? []).map((b) => ({
              id: b.session.id,
              label: `${shortDay(b.session.day, i18n.language)} ${b.session.counter_name}`,
            }))}
            value={chosen ?? null}
            onChange={setSession}
          />
        ) : (
          <div className="flex flex-wrap items-start gap-4">
            <DayField label={t("office.from")} value={from} onChange={setFrom} />
            <DayField
              label={t("office.to")}
              value={to}
              onChange={setTo}
              error={isDay(from) && isDay(to) && from > to ? t("office.span") : undefined}
            />
            <Select
              className="w-64"
              label={t("recon.export.quick")}
              placeholder={t("recon.export.quickNone")}
              options={spans}
              value={spans.find((s) => s.from === from && s.to === to)?.id ?? null}
              onChange={(id) => {
                const s = spans.find((x) => x.id === id);
                if (s) {
                  setFrom(s.from);
                  setTo(s.to);
                }
              }}
            />
          </div>
        )}
        <p className="text-sub">{t(`recon.export.about.${name}`)}</p>
      </Card>
      {check.isError && <Broken error={check.error} again={() => void check.refetch()} />}
      {check.isFetching && !check.data && <Spinner />}
      {missing.length > 0 && <Missing list={missing} more={check.data?.more ?? 0} />}
      {ready && check.data && (
        <div className="flex flex-wrap items-center justify-end gap-4">
          {format === "csv_sjis" && missing.length === 0 && (
            <Status tone="ok" className="mr-auto">
              {t("recon.export.fine")}
            </Status>
          )}
          <LinkButton look="primary" size="l" icon="download" href={exportAddress(wanted, format)} download="">
            {t(missing.length > 0 ? "recon.export.anyway" : "recon.export.download")}
          </LinkButton>
        </div>
      )}
    </>
  );
}

/** The characters the file cannot hold, where they stand and what becomes of them. */
function Missing({ list, more }: { list: readonly Schemas["MissingCharacter"][]; more: number }) {
  const { t } = useTranslation();
  const some = list.slice(0, 100);
  return (
    <>
      <Notice
        tone="warn"
        live="status"
        title={t("recon.export.missing", { count: list.length + more })}
        still={t("recon.export.missingStill")}
        next={t("recon.export.missingNext")}
      />
      <Card aria-label={t("recon.export.missingList")} className="!py-4">
        <Sheet
          label={t("recon.export.missingList")}
          head={
            <tr>
              <Th num className="w-20">
                {t("recon.import.line")}
              </Th>
              <Th className="!pl-6">{t("recon.import.column")}</Th>
              <Th>{t("recon.export.character")}</Th>
              <Th>{t("recon.export.text")}</Th>
            </tr>
          }
        >
          {some.map((c) => (
            <tr key={`${c.row} ${c.column} ${c.character}`} className={hair}>
              <Td num>{figures(c.row)}</Td>
              <Td className="!pl-6">{c.column}</Td>
              <Name className="text-xl !font-bold">
                {c.character} <span className="text-base font-normal text-sub">{c.codes}</span>
              </Name>
              <Td>{c.became}</Td>
            </tr>
          ))}
        </Sheet>
        {list.length > some.length && (
          <p className="mt-2">{t("recon.import.more", { count: list.length - some.length })}</p>
        )}
      </Card>
    </>
  );
}
