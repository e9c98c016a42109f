import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useSession } from "@/lib/session";
import { clockTime } from "@/lib/time";
import { Card, Icon, LinkButton, Notice, Page, PageTitle, Spinner, Status, useTitle } from "@/ui";
import { dayBookQuery } from "../../api/getDayBook";
import { tillQuery } from "../../api/getTill";
import { signatureVoid } from "../../model/closing";
import { balance } from "../../model/coins";
import { dayText } from "../../model/day";
import { paths } from "../../model/paths";
import { figures, Watermark } from "../../ui";
import { ClosingSteps } from "./ClosingSteps";
import { useClosingDraft } from "./closingDraft";
import { DaySheet } from "./DaySheet";
import { Aside, Equation, ItemTable, MethodTable } from "./DayTables";
import { Broken } from "./OfficePage";
import { officePaths } from "./paths";

type DayBook = Schemas["DayBook"];

/** 日計・締め of one counter and day: what came in, what is open, and the five steps to a closed day. */
export function ClosePage() {
  const { session = "" } = useParams({ strict: false }) as { session?: string };
  const { t, i18n } = useTranslation();
  const { data: book, error, refetch } = useQuery(dayBookQuery(session));
  const { data: till } = useQuery(tillQuery);
  useTitle(t("closing.title"));
  return (
    <Page className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <PageTitle
          sub={
            book && (
              <span className="flex flex-wrap gap-x-4 text-base">
                <span>{dayText(book.session.day, i18n.language)}</span>
                <span>{book.session.counter_name}</span>
                {book.first && <span>{t("closing.numbers", { first: book.first, last: book.last ?? "" })}</span>}
              </span>
            )
          }
        >
          {t("closing.title")}
        </PageTitle>
        {book && <Stand book={book} />}
      </div>
      {book ? <Book book={book} /> : error ? <Broken error={error} again={() => void refetch()} /> : <Spinner />}
      <div className="flex flex-wrap gap-x-4">
        {book?.session.state === "open" && till?.clerk && (
          <LinkButton look="text" icon="left" href={paths.desk(session)}>
            {t("closing.backToDesk")}
          </LinkButton>
        )}
        <LinkButton look="text" icon="list" href={officePaths.days}>
          {t("closing.toDays")}
        </LinkButton>
      </div>
    </Page>
  );
}

function Stand({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  if (book.session.state === "closed") {
    return (
      <Status tone="ok" boxed icon="lock">
        {t("closing.stand.closed")}
      </Status>
    );
  }
  return (
    <Status tone="now" boxed icon="clock">
      {t(book.session.signed ? "closing.stand.signed" : "closing.stand.open")}
    </Status>
  );
}

function Book({ book }: { book: DayBook }) {
  const { t } = useTranslation();
  const { session } = book;
  const { draft, set, clear, drawer } = useClosingDraft(session.id);
  const office = useSession().office.name;
  const client = useQueryClient();
  const refresh = useCallback(
    (got?: DayBook) => {
      if (got) client.setQueryData(dayBookQuery(session.id).queryKey, got);
      void client.invalidateQueries({ queryKey: ["till"] });
    },
    [client, session.id],
  );
  // A signature that is seen here is remembered, so that its end is not taken for one that never was.
  useEffect(() => {
    if (session.signed && session.state === "open") set({ signedVersion: session.version });
    if (session.state === "closed") clear();
  }, [session.signed, session.state, session.version, set, clear]);
  const gone = signatureVoid(book, draft.signedVersion ?? undefined);
  const counted = book.counted ?? draft.taken ?? undefined;
  return (
    <>
      {session.training && <Watermark />}
      {gone && (
        <Notice
          tone="warn"
          live="alert"
          title={t("closing.void.title")}
          still={t("closing.void.still")}
          next={t("closing.void.next")}
        />
      )}
      <Banner book={book} counted={counted} />
      <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,368px)]">
        <Card aria-labelledby="closing-items" className="order-3 !p-4 md:col-span-2 xl:order-1 xl:col-span-1">
          <h2 id="closing-items" className="mb-1 px-2 text-lg">
            {t("closing.items")}
          </h2>
          <ItemTable book={book} />
        </Card>
        <div className="order-2 flex min-w-0 flex-col gap-4">
          <Card aria-labelledby="closing-methods" className="!py-4">
            <h2 id="closing-methods" className="mb-1 text-lg">
              {t("closing.methods")}
            </h2>
            <MethodTable book={book} />
          </Card>
          <Card aria-label={t("closing.aside")} className="!py-4">
            <Aside book={book} />
          </Card>
        </div>
        <Card aria-labelledby="closing-steps" className="order-1 !py-5 xl:order-3">
          <h2 id="closing-steps" className="mb-3 text-lg">
            {t("closing.steps")}
          </h2>
          <ClosingSteps book={book} draft={draft} set={set} drawer={drawer} onMoved={refresh} />
        </Card>
      </div>
      <DaySheet book={book} office={office} counted={counted} />
    </>
  );
}

/** The first thing anybody looks for: does the drawer come out. */
function Banner({ book, counted }: { book: DayBook; counted: number | undefined }) {
  const { t } = useTranslation();
  const closed = book.session.state === "closed";
  const b = counted === undefined ? undefined : balance(counted, book.expected);
  const face =
    b === undefined
      ? { box: "border-key-line bg-key-soft", head: "text-key", icon: "info" as const }
      : b.kind === "even"
        ? { box: "border-ok bg-ok-soft", head: "text-ok", icon: "check" as const }
        : { box: "border-warn-line bg-warn-soft", head: "text-warn", icon: "warn" as const };
  return (
    <section
      aria-label={t("closing.balance")}
      className={`grid items-center gap-x-8 gap-y-3 rounded-box border px-6 py-3 lg:grid-cols-[minmax(0,1fr)_auto] ${face.box}`}
    >
      <div className="flex min-w-0 items-center gap-5">
        <Icon name={face.icon} size={48} className={face.head} />
        <div className="min-w-0">
          <h2 className={`text-[26px] ${face.head}`}>
            {b === undefined
              ? t("closing.notCounted")
              : b.kind === "even"
                ? t("closing.even")
                : t(`closing.${b.kind}`, { yen: figures(b.yen) })}
          </h2>
          <p className="leading-normal text-ink">
            {b === undefined
              ? t("closing.banner.before", { yen: figures(book.expected) })
              : t(b.kind === "even" ? "closing.banner.even" : "closing.banner.differs", {
                  have: figures(counted ?? 0),
                  yen: figures(book.expected),
                })}
            {book.cashless > 0 && t("closing.banner.cashless")}
          </p>
          {closed && book.closed_at && (
            <p className="leading-normal text-ink">
              {t("closing.banner.closed", {
                signer: book.signed_by ?? "",
                closer: book.closed_by ?? "",
                at: clockTime(book.closed_at),
              })}
            </p>
          )}
        </div>
      </div>
      <Equation book={book} />
    </section>
  );
}
