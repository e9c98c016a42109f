import { useQueries, useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { stamp } from "@/lib/time";
import { Button, Card, Icon, type IconName, LinkButton, Status } from "@/ui";
import { contradictionsQuery } from "../../api/listContradictions";
import { dayBooksQuery } from "../../api/listDayBooks";
import { providersQuery } from "../../api/listProviders";
import { refundsQuery } from "../../api/listRefunds";
import { settlementsQuery } from "../../api/listSettlements";
import { unresolvedQuery } from "../../api/listUnresolved";
import { addDays, dayText, shortDay } from "../../model/day";
import { expected } from "../../model/expected";
import { paths } from "../../model/paths";
import { figures, useSpan, Yen } from "../../ui";
import { AttemptDialog } from "./AttemptDialog";
import { Broken, OfficePage } from "./OfficePage";
import { officePaths } from "./paths";
import { hair, Name, Sheet, Td, Th } from "./Sheet";

/** 会計課: what needs somebody today, in the order of how much it hurts to wait. */
export function OfficeHome() {
  const { t, i18n } = useTranslation();
  return (
    <OfficePage title={t("office.home.title")} sub={<Today lang={i18n.language} />}>
      {(till) => (till.accountant ? <Home till={till} /> : <Navigate to={officePaths.days} replace />)}
    </OfficePage>
  );
}

function Today({ lang }: { lang: string }) {
  return <>{dayText(new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(useNow(60_000)), lang)}</>;
}

function Home({ till }: { till: Schemas["Till"] }) {
  const { t, i18n } = useTranslation();
  const since = addDays(till.today, -35);
  const open = useQuery(unresolvedQuery);
  const refunds = useQuery(refundsQuery("requested"));
  const doubts = useQuery(contradictionsQuery);
  const books = useQuery(dayBooksQuery(since, till.today));
  const providers = useQuery(providersQuery);
  const readable = (providers.data ?? []).filter((p) => p.statements);
  const files = useQueries({ queries: readable.map((p) => settlementsQuery(p.name, since, till.today)) });
  const broken = [open, refunds, doubts, books, providers].find((q) => q.isError && !q.data);
  const [shown, setShown] = useState<string>();
  const chosen = open.data?.find((o) => o.attempt.id === shown);
  if (broken) return <Broken error={broken.error} again={() => void broken.refetch()} />;
  if (!open.data || !refunds.data || !doubts.data || !books.data || !providers.data) return null;

  const unclosed = books.data.filter((b) => b.session.state === "open" && b.session.day < till.today);
  const running = books.data.filter((b) => b.session.state === "open" && b.session.day === till.today);
  const wanted = readable
    .map((p, i) => ({ provider: p, ...expected(files[i]?.data ?? [], books.data ?? [], till.today) }))
    .filter((w) => w.days > 0);
  const todo = open.data.length + refunds.data.length + doubts.data.length + unclosed.length + wanted.length;
  return (
    <>
      <p className="flex items-center gap-3 text-xl font-bold text-ink">
        <Icon name={todo === 0 ? "check" : "info"} size={32} className={todo === 0 ? "text-ok" : "text-key"} />
        {todo === 0 ? t("office.home.clear") : t("office.home.todo", { count: todo })}
      </p>
      {doubts.data.length > 0 && (
        <Part icon="warn" title={t("office.doubt.title", { count: doubts.data.length })} tone="warn">
          <ul className="divide-y divide-line">
            {doubts.data.map((d) => (
              <li key={`${d.attempt.id} ${d.at}`} className="py-2">
                <a href={paths.sale(d.attempt.sale)} className="font-bold tabular-nums">
                  {d.attempt.label}
                </a>{" "}
                {d.attempt.wallet_name} <Yen value={d.attempt.amount} /> {stamp(d.at, i18n.language)}
                <p>{d.words}</p>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part
        icon="warn"
        title={t("office.open.title", { count: open.data.length })}
        tone={open.data.length > 0 ? "warn" : "ok"}
      >
        {open.data.length === 0 ? (
          <p className="text-sub">{t("office.open.none")}</p>
        ) : (
          <Open list={open.data} onOpen={setShown} />
        )}
      </Part>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Part
          icon="people"
          title={t("office.refunds.title", { count: refunds.data.length })}
          tone={refunds.data.length > 0 ? "now" : "ok"}
        >
          {refunds.data.length === 0 ? (
            <p className="text-sub">{t("office.refunds.none")}</p>
          ) : (
            <>
              <ul className="divide-y divide-line">
                {refunds.data.map((r) => (
                  <li key={r.id} className="flex flex-wrap justify-between gap-x-4 py-2">
                    <span>
                      <b className="text-ink">
                        {t(r.void ? "office.refunds.void" : "office.refunds.refund")} {r.label}
                      </b>{" "}
                      {r.reason}
                      <span className="block text-sub">
                        {t("office.refunds.by", { name: r.requested_by, at: stamp(r.requested_at, i18n.language) })}
                        {!r.may_agree && ` ${t("office.refunds.other")}`}
                      </span>
                    </span>
                    <b className="text-ink">
                      <Yen value={r.amount} />
                    </b>
                  </li>
                ))}
              </ul>
              <LinkButton className="mt-2" href={paths.refunds}>
                {t("office.refunds.go")}
              </LinkButton>
            </>
          )}
        </Part>
        <div className="flex flex-col gap-4">
          <Part icon="download" title={t("office.files.title")} tone={wanted.length > 0 ? "now" : "ok"}>
            {readable.length === 0 ? (
              <p className="text-sub">{t("office.files.noProvider")}</p>
            ) : wanted.length === 0 ? (
              <p className="text-sub">{t("office.files.none")}</p>
            ) : (
              <>
                <ul className="divide-y divide-line">
                  {wanted.map((w) => (
                    <li key={w.provider.name} className="py-2">
                      <b className="text-ink">{w.provider.label}</b>{" "}
                      {t("office.files.days", {
                        from: shortDay(w.from, i18n.language),
                        to: shortDay(w.to, i18n.language),
                        count: w.days,
                      })}
                      <span className="block text-sub">
                        {w.last
                          ? t("office.files.last", { day: shortDay(w.last, i18n.language) })
                          : t("office.files.never")}
                      </span>
                    </li>
                  ))}
                </ul>
                <LinkButton className="mt-2" href={officePaths.import}>
                  {t("office.files.go")}
                </LinkButton>
              </>
            )}
          </Part>
          <Part
            icon="lock"
            title={t("office.unclosed.title", { count: unclosed.length })}
            tone={unclosed.length > 0 ? "warn" : "ok"}
          >
            {unclosed.length === 0 && <p className="text-sub">{t("office.unclosed.none")}</p>}
            <ul>
              {[...unclosed, ...running].map((b) => (
                <li key={b.session.id} className="flex flex-wrap items-center justify-between gap-x-4">
                  <a href={paths.dayBook(b.session.id)} className="inline-flex min-h-11 items-center">
                    {shortDay(b.session.day, i18n.language)} {b.session.counter_name}
                  </a>
                  <span>
                    {t(b.session.day < till.today ? "office.unclosed.late" : "office.unclosed.running", {
                      yen: figures(b.revenue),
                    })}
                  </span>
                </li>
              ))}
            </ul>
          </Part>
        </div>
      </div>
      {chosen && (
        <AttemptDialog attempt={chosen.attempt} counter={chosen.counter_name} onClose={() => setShown(undefined)} />
      )}
    </>
  );
}

function Part({
  icon,
  title,
  tone,
  children,
}: {
  icon: IconName;
  title: string;
  tone: "warn" | "now" | "ok";
  children: ReactNode;
}) {
  return (
    <Card aria-label={title} className={`!py-5 ${tone === "warn" ? "!border-2 !border-warn" : ""}`}>
      <h2 className="mb-2 flex items-center gap-3 text-lg">
        <Icon
          name={tone === "ok" ? "check" : icon}
          className={tone === "warn" ? "text-warn" : tone === "now" ? "text-key" : "text-ok"}
        />
        {title}
      </h2>
      {children}
    </Card>
  );
}

function Open({ list, onOpen }: { list: Schemas["OpenAttempt"][]; onOpen: (id: string) => void }) {
  const { t, i18n } = useTranslation();
  const span = useSpan();
  const now = useNow(15_000).getTime();
  return (
    <Sheet
      label={t("office.open.title", { count: list.length })}
      head={
        <tr>
          <Th>{t("office.open.sale")}</Th>
          <Th num>{t("office.open.yen")}</Th>
          <Th>{t("office.open.state")}</Th>
          <Th className="hidden md:table-cell">{t("office.open.elapsed")}</Th>
          <Th>{t("office.open.owner")}</Th>
          <Th>
            <span className="sr-only">{t("office.open.open")}</span>
          </Th>
        </tr>
      }
    >
      {list.map(({ attempt: a, counter_name, day, clerk }) => (
        <tr key={a.id} className={hair}>
          <Name>
            <b className="tabular-nums">{a.label}</b> {a.wallet_name}
            <span className="block text-sub">
              {shortDay(day, i18n.language)} {counter_name} {clerk}
            </span>
          </Name>
          <Td num>
            <b>{figures(a.amount)}</b>
          </Td>
          <Td>
            <Status tone={a.state === "unresolved" ? "error" : "warn"}>
              {t(a.state === "unresolved" ? "office.open.unresolved" : "office.open.checking")}
            </Status>
          </Td>
          <Td className="hidden md:table-cell">
            {span(Math.max(0, Math.floor((now - Date.parse(a.created_at)) / 1000)))}
          </Td>
          <Td>{a.handover?.owner_name ?? <b className="text-warn">{t("office.open.nobody")}</b>}</Td>
          <Td className="text-right">
            <Button
              className="!min-h-11 !px-4"
              onPress={() => onOpen(a.id)}
              aria-label={t("office.open.openOf", { label: a.label })}
            >
              {t("office.open.open")}
            </Button>
          </Td>
        </tr>
      ))}
    </Sheet>
  );
}
