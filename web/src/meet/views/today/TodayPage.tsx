import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { useNow } from "@/lib/clock";
import { useSession } from "@/lib/session";
import { dayWords } from "@/lib/time";
import { Button, JobCards, LinkButton, Notice, Page, PageTitle, Spinner, useTitle } from "@/ui";
import { todayQuery } from "../../api/listToday";
import { EmptyDay } from "./EmptyDay";
import { MeetingCard } from "./MeetingCard";
import type { MadeNow } from "./OpenNow";
import { Start, type StartTab } from "./Start";

/** The first page: today's meetings, and the two ways into one that is not in the list. */
export function TodayPage() {
  const { t, i18n } = useTranslation();
  const words = useErrorText();
  const s = useSession();
  const now = useNow();
  const { data, error, refetch } = useQuery(todayQuery);
  useTitle(t("today.title"));
  const [made, setMade] = useState<MadeNow["made"]>();
  const [tab, setTab] = useState<StartTab>("now");
  // One filled button: into the meeting just made, else into the one that is going on, else the form.
  const toMade = made !== undefined && tab === "now";
  const first = toMade ? undefined : data?.find((m) => m.state === "open")?.id;
  const till =
    s.features.includes("till") && s.account?.roles.some((r) => ["clerk", "accountant", "admin"].includes(r));
  const grid = "grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_416px]";
  return (
    <Page>
      <div className="mb-6 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-8 gap-y-4 lg:mb-8 lg:grid-cols-[minmax(0,1fr)_416px]">
        <JobCards
          label={t("today.jobs")}
          jobs={[
            {
              href: "/",
              icon: "meet",
              title: t("today.meet"),
              sub: data ? t("today.count", { count: data.length }) : t("ui.loading"),
              current: true,
            },
            ...(till
              ? [{ href: "/till", icon: "till" as const, title: t("today.till"), sub: t("today.tillSub") }]
              : []),
          ]}
        />
        {s.account?.roles.includes("admin") && (
          <div className="flex justify-end">
            <LinkButton look="text" icon="gear" href="/admin" className="-mr-3">
              {t("app.admin")}
            </LinkButton>
          </div>
        )}
      </div>
      <div className={grid}>
        <section aria-label={t("today.title")} className="flex flex-col">
          <div className="mb-4 flex min-h-12 items-center">
            <PageTitle sub={dayWords(now, i18n.language)}>{t("today.title")}</PageTitle>
          </div>
          {!data && !error && <Spinner />}
          {!data && error && (
            <Notice
              tone="warn"
              live="alert"
              title={t("today.failed")}
              still={words(error)}
              next={
                <Button icon="redo" onPress={() => void refetch()}>
                  {t("app.offline.retry")}
                </Button>
              }
            />
          )}
          {data?.length === 0 && <EmptyDay />}
          {data && data.length > 0 && (
            <ul className="flex flex-col gap-4">
              {data.map((m) => (
                <li key={m.id}>
                  <MeetingCard meeting={m} now={now} primary={m.id === first} />
                </li>
              ))}
            </ul>
          )}
        </section>
        <Start
          primary={data !== undefined && first === undefined}
          tab={tab}
          onTab={setTab}
          made={made}
          onMade={setMade}
        />
      </div>
    </Page>
  );
}
