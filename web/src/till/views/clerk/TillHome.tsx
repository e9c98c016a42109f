import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { useSession } from "@/lib/session";
import { clockTime, dayWords } from "@/lib/time";
import { Icon, type Job, JobCards, LinkButton, Page, PageTitle, Spinner, Status, useTitle } from "@/ui";
import { tillQuery } from "../../api/getTill";
import { refundsQuery } from "../../api/listRefunds";
import { paths } from "../../model/paths";
import { ActLink, Oops } from "../../ui";

/** The counters of this office: go on where one is open, open one, or practise. */
export function TillHome() {
  const { t, i18n } = useTranslation();
  const s = useSession();
  const now = useNow();
  const { data, error } = useQuery({ ...tillQuery, refetchInterval: 15_000 });
  const waiting = useQuery({ ...refundsQuery("requested"), refetchInterval: 30_000 });
  useTitle(t("till.home.title"));
  const mine = waiting.data?.filter((r) => r.may_agree).length ?? 0;
  const opened = data?.counters.filter((c) => c.session).length ?? 0;
  const jobs: Job[] = [
    ...(s.features.includes("meet")
      ? [{ href: "/", icon: "meet" as const, title: t("today.meet"), sub: t("till.home.meetSub") }]
      : []),
    {
      href: paths.home,
      icon: "till",
      title: t("today.till"),
      sub:
        data === undefined
          ? t("ui.loading")
          : opened > 0
            ? t("till.home.open", { count: opened })
            : t("till.home.noneOpen"),
      current: true,
    },
  ];
  const first = data?.counters.find((c) => c.session && !c.stale)?.id ?? data?.counters.find((c) => !c.session)?.id;
  return (
    <Page>
      <div className="mb-6 grid items-center gap-x-8 gap-y-4 lg:mb-8 lg:grid-cols-[minmax(0,1fr)_auto]">
        <JobCards label={t("today.jobs")} jobs={jobs} />
        <nav aria-label={t("till.home.more")} className="flex flex-wrap gap-x-2 lg:justify-end">
          <LinkButton look="text" icon="search" href={paths.sales}>
            {t("till.sales.title")}
          </LinkButton>
          <LinkButton look="text" icon="redo" href={paths.refunds}>
            {mine > 0 ? t("till.home.refundsWaiting", { count: mine }) : t("till.refunds.title")}
          </LinkButton>
          {(data?.accountant || data?.admin) && (
            <LinkButton look="text" icon="gear" href={paths.office}>
              {t("till.home.office")}
            </LinkButton>
          )}
        </nav>
      </div>
      <PageTitle sub={dayWords(now, i18n.language)} className="mb-4">
        {t("till.home.title")}
      </PageTitle>
      {error && !data && <Oops error={error} title={t("till.home.failed")} />}
      {!data && !error && <Spinner />}
      {data?.counters.length === 0 && <p>{t("till.home.none")}</p>}
      <ul className="grid gap-4 md:grid-cols-2">
        {data?.counters.map((c) => (
          <li key={c.id}>
            <CounterCard
              counter={c}
              clerk={data.clerk || data.admin || data.accountant}
              practice={data.practice}
              primary={c.id === first}
            />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function CounterCard({
  counter: c,
  clerk,
  practice,
  primary,
}: {
  counter: Schemas["Counter"];
  clerk: boolean;
  practice: boolean;
  primary: boolean;
}) {
  const { t } = useTranslation();
  const s = c.session;
  return (
    <article
      aria-labelledby={`c-${c.id}`}
      className="flex h-full flex-col gap-4 rounded-box border border-line bg-paper p-6"
    >
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 id={`c-${c.id}`} className="text-[22px]">
            {c.name}
          </h2>
          <p className="text-sub">{c.office}</p>
        </div>
        {s ? (
          <Status tone={c.stale ? "warn" : "now"} boxed>
            {t(c.stale ? "till.home.stale" : s.training ? "till.home.practising" : "till.home.isOpen")}
          </Status>
        ) : (
          <Status tone="plain" icon="lock" boxed>
            {t("till.home.closed")}
          </Status>
        )}
      </div>
      <ul className="flex flex-col gap-1 leading-normal">
        {s && (
          <li className="flex items-center gap-2">
            <Icon name="clock" size={20} className="text-sub" />
            {t("till.home.since", { time: clockTime(s.opened_at), name: s.opened_by })}
          </li>
        )}
        <li className="flex items-center gap-2">
          <Icon name="sticker" size={20} className="text-sub" />
          {t("till.home.stickers", { count: c.stickers.filter((x) => !x.retired).length })}
        </li>
        <li className="flex items-center gap-2">
          <Icon name="screen" size={20} className="text-sub" />
          {t(c.display ? "till.home.display" : "till.home.noDisplay")}
        </li>
      </ul>
      <div className="mt-auto flex flex-wrap gap-3">
        {s && !c.stale && (
          <ActLink look={primary ? "primary" : "outline"} after="right" href={paths.desk(s.id)}>
            {t("till.home.goOn")}
          </ActLink>
        )}
        {s && c.stale && (
          <ActLink look="outline" icon="lock" href={paths.dayBook(s.id)}>
            {t("till.home.closeFirst")}
          </ActLink>
        )}
        {!s && clerk && (
          <>
            <ActLink look={primary ? "primary" : "outline"} icon="unlock" href={paths.open(c.id)}>
              {t("till.home.doOpen")}
            </ActLink>
            {practice && (
              <ActLink look="plain" href={`${paths.open(c.id)}?practice=1`}>
                {t("till.home.practise")}
              </ActLink>
            )}
          </>
        )}
      </div>
    </article>
  );
}
