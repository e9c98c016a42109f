import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { serverNow } from "@/lib/clock";
import { useSession } from "@/lib/session";
import { clockTime } from "@/lib/time";
import { Button, Confirm, Icon, LinkButton, Notice, Select } from "@/ui";
import { exportAddress } from "../../api/checkExport";
import { closeSession } from "../../api/closeSession";
import { accountantsQuery } from "../../api/listAccountants";
import { signSession } from "../../api/signSession";
import { closing, mustBeAnother, type StepName, stepNames } from "../../model/closing";
import { balance } from "../../model/coins";
import { figures, Oops, usePress, Yen } from "../../ui";
import { CountDialog } from "./CountDialog";
import type { useClosingDraft } from "./closingDraft";
import { Drawing } from "./Drawing";

type DayBook = Schemas["DayBook"];
type Draft = ReturnType<typeof useClosingDraft>;

/** The five steps. One action is filled at a time: that of the step that is due. */
export function ClosingSteps({
  book,
  draft,
  set,
  onMoved,
}: {
  book: DayBook;
  draft: Draft["draft"];
  set: Draft["set"];
  drawer: Draft["drawer"];
  onMoved: (got?: DayBook) => void;
}) {
  const { t } = useTranslation();
  const me = useSession().account?.name ?? "";
  const id = book.session.id;
  const [counting, setCounting] = useState(false);
  const [sure, setSure] = useState(false);
  const people = useQuery({ ...accountantsQuery, enabled: book.open.length > 0 && book.session.state === "open" });
  const [pick, setPick] = useState<string | null>(draft.owner || null);
  const failed = useCallback(() => onMoved(), [onMoved]);
  const sign = usePress<DayBook, Omit<Schemas["Signing"], "key">>({
    intent: `sign:${id}`,
    send: useCallback((key, v) => signSession(id, { key, ...v }), [id]),
    onSuccess: onMoved,
    onError: failed,
  });
  const close = usePress<DayBook>({
    intent: `close:${id}`,
    send: useCallback((key) => closeSession(id, { key }), [id]),
    onSuccess: onMoved,
    onError: failed,
  });
  useEffect(() => {
    if (close.isError || close.isSuccess) setSure(false);
  }, [close.isError, close.isSuccess]);

  const { steps, now } = closing(book, {
    owner: draft.owner,
    counted: draft.taken ?? undefined,
    printed: draft.printedAt !== "" || draft.skipped,
  });
  const signed = book.session.signed;
  const open = book.session.state === "open";
  const counted = book.counted ?? draft.taken ?? undefined;
  const owner = book.owner_name ?? people.data?.find((p) => p.account === draft.owner)?.name;
  const print = () => {
    set({ printedAt: serverNow().toISOString() });
    window.print();
  };

  const words: Record<StepName, ReactNode> = {
    hand:
      book.open.length === 0
        ? t("closing.hand.none")
        : !open
          ? t("closing.hand.over", { count: book.open.length, name: owner ?? "" })
          : steps.hand === "done"
            ? t("closing.hand.done", { count: book.open.length, name: owner ?? "" })
            : t("closing.hand.text", { count: book.open.length }),
    count:
      counted === undefined ? (
        t("closing.count.should", { float: figures(book.session.float), cash: figures(book.cash) })
      ) : (
        <>
          <Yen value={counted} />
          {"\u3000"}
          <Difference have={counted} expected={book.expected} />
        </>
      ),
    print: draft.printedAt
      ? t("closing.print.done", { at: clockTime(draft.printedAt) })
      : t(draft.skipped ? "closing.print.skipped" : signed ? "closing.print.any" : "closing.print.text"),
    sign: book.signed_by ?? (steps.sign === "now" ? t("closing.sign.text", { name: me }) : t("closing.sign.later")),
    close: book.closed_by
      ? t("closing.close.done", { name: book.closed_by, at: book.closed_at ? clockTime(book.closed_at) : "" })
      : t("closing.close.text"),
  };
  const asides: Partial<Record<StepName, ReactNode>> = {
    hand: steps.hand === "done" && !signed && book.open.length > 0 && (
      <Aside label={t("closing.hand.change")} onPress={() => set({ owner: "" })}>
        {t("closing.hand.again")}
      </Aside>
    ),
    count: steps.count === "done" && !signed && (
      <Aside onPress={() => setCounting(true)}>{t("closing.count.again")}</Aside>
    ),
    print: (steps.print === "done" || !open) && (
      <Aside label={t("closing.print.again")} onPress={print}>
        {t("closing.print.short")}
      </Aside>
    ),
  };
  return (
    <>
      <ol className="flex flex-col">
        {stepNames.map((s, i) => (
          <Step
            key={s}
            n={i + 1}
            state={steps[s]}
            title={t(`closing.step.${s}`)}
            last={s === "close"}
            aside={asides[s]}
          >
            {words[s]}
            {s === "hand" && steps.hand === "now" && (
              <div className="mt-2 mb-2 flex flex-col gap-3">
                <Select
                  label={t("closing.hand.label")}
                  placeholder={t("closing.hand.choose")}
                  options={(people.data ?? []).map((p) => ({
                    id: p.account,
                    label: t("closing.hand.person", { ...p }),
                  }))}
                  value={pick}
                  onChange={setPick}
                />
                <Button
                  look="primary"
                  size="l"
                  wide
                  isDisabled={pick === null}
                  onPress={() => set({ owner: pick ?? "" })}
                >
                  {t("closing.hand.action")}
                </Button>
              </div>
            )}
          </Step>
        ))}
      </ol>
      <div className="mt-3 flex flex-col gap-3">
        {sign.isError && !signed && (
          <Oops error={sign.error} title={t("closing.sign.failed")} still={t("closing.kept")} />
        )}
        {close.isError && open && (
          <Oops error={close.error} title={t("closing.close.failed")} still={t("closing.kept")} />
        )}
        {now === "hand" && people.data?.length === 0 && (
          <Notice tone="error" title={t("closing.hand.nobody")} next={t("closing.hand.nobodyNext")} />
        )}
        {now === "count" && (
          <Button look="primary" size="l" wide onPress={() => setCounting(true)}>
            {t("closing.step.count")}
          </Button>
        )}
        {now === "print" && (
          <>
            <Button look="primary" size="l" wide icon="print" onPress={print}>
              {t("closing.step.print")}
            </Button>
            <Button look="text" onPress={() => set({ skipped: true })}>
              {t("closing.print.skip")}
            </Button>
          </>
        )}
        {now === "sign" && book.may_sign && (
          <>
            <Button
              look="primary"
              size="l"
              wide
              isPending={sign.isPending}
              onPress={() =>
                sign.mutate({
                  version: book.session.version,
                  counted: draft.taken ?? 0,
                  ...(book.open.length > 0 ? { owner: draft.owner } : {}),
                })
              }
            >
              <span className="flex items-center gap-2">
                <Drawing name="pen" />
                {t("closing.sign.action")}
              </span>
            </Button>
            <p className="leading-normal text-sub">{t("closing.sign.note")}</p>
          </>
        )}
        {now === "close" && book.may_close && (
          <>
            <Button look="primary" size="l" wide icon="lock" isPending={close.isPending} onPress={() => setSure(true)}>
              {t("closing.close.action")}
            </Button>
            <p className="leading-normal text-sub">{t("closing.close.note")}</p>
          </>
        )}
        {mustBeAnother(book) && (
          <Notice
            tone="info"
            title={t("closing.another.title")}
            still={t("closing.another.still")}
            next={t("closing.another.next")}
          />
        )}
        {!open && (
          <LinkButton
            icon="download"
            wide
            href={exportAddress({ name: "daybook", session: id }, "xlsx")}
            target="_self"
            download=""
          >
            {t("closing.xlsx")}
          </LinkButton>
        )}
      </div>
      <CountDialog
        open={counting}
        onClose={() => setCounting(false)}
        value={draft}
        onChange={set}
        onTake={(taken) => {
          set({ taken });
          setCounting(false);
        }}
        float={book.session.float}
        cash={book.cash}
      />
      <Confirm
        open={sure}
        title={t("closing.close.sure")}
        action={t("closing.close.action")}
        pending={close.isPending}
        onConfirm={() => close.mutate()}
        onCancel={() => setSure(false)}
      >
        <p>
          {t("closing.close.sum", {
            revenue: figures(book.revenue),
            cash: figures(book.cash),
            cashless: figures(book.cashless),
            signer: book.signed_by ?? "",
          })}
        </p>
        {counted !== undefined && (
          <p>
            <Difference have={counted} expected={book.expected} />
          </p>
        )}
        {book.open.length > 0 && <p>{t("closing.hand.done", { count: book.open.length, name: owner ?? "" })}</p>}
        <p className="mt-2 font-bold text-ink">{t("closing.close.note")}</p>
      </Confirm>
    </>
  );
}

function Difference({ have, expected }: { have: number; expected: number }) {
  const { t } = useTranslation();
  const b = balance(have, expected);
  return <>{b.kind === "even" ? t("closing.even") : t(`closing.${b.kind}`, { yen: figures(b.yen) })}</>;
}

function Aside({ children, label, onPress }: { children: string; label?: string; onPress: () => void }) {
  return (
    <Button look="text" className="!-my-1.5 !-mr-3 !min-h-11 shrink-0 !py-1" aria-label={label} onPress={onPress}>
      {children}
    </Button>
  );
}

function Step({
  n,
  state,
  title,
  last,
  aside,
  children,
}: {
  n: number;
  state: "done" | "now" | "next";
  title: string;
  last: boolean;
  /** what can be done again */
  aside: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const face = {
    done: "border-ok bg-ok text-white",
    now: "border-key bg-key text-on-key",
    next: "border-edge text-sub",
  }[state];
  return (
    <li aria-current={state === "now" ? "step" : undefined} className="relative flex gap-4 pb-2">
      {!last && <span aria-hidden="true" className="absolute top-8 bottom-0 left-[15px] w-0.5 bg-line" />}
      <span
        aria-hidden="true"
        className={`grid size-8 shrink-0 place-items-center rounded-full border-2 leading-none font-bold ${face}`}
      >
        {state === "done" ? <Icon name="tick" size={20} /> : n}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-center justify-between gap-2">
          <b className="leading-8 text-ink">
            {title}
            {state === "done" && <span className="sr-only">{t("closing.stepDone")}</span>}
          </b>
          {aside}
        </div>
        <div className="leading-normal text-sub">{children}</div>
      </div>
    </li>
  );
}
