import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Button, Dialog, Notice, Select, TextAreaField, useToast } from "@/ui";
import { askAgain } from "../../api/askAgain";
import { decideAttempt } from "../../api/decideAttempt";
import { accountantsQuery } from "../../api/listAccountants";
import { ownAttempt } from "../../api/ownAttempt";
import { paths } from "../../model/paths";
import { Oops, usePress, Yen } from "../../ui";
import { SendForm, useDraftOf } from "./form";

type Attempt = Schemas["Attempt"];
type Outcome = Schemas["AttemptDecision"]["outcome"];

/** One payment whose end is open, for the person at 会計課: what is known, who answers for it, ask again, decide. */
export function AttemptDialog({
  attempt,
  counter,
  onClose,
}: {
  attempt: Attempt;
  counter: string;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const say = useToast();
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: ["till"] }), [client]);
  const a = attempt;
  const ask = usePress({
    intent: `ask:${a.id}`,
    send: useCallback((key: string) => askAgain(a.id, { key }), [a.id]),
    onSuccess: useCallback(() => {
      refresh();
      say(t("office.attempt.asked"));
    }, [refresh, say, t]),
  });
  const live = ["created", "sent", "unknown", "cancel_requested", "unresolved"].includes(a.state);
  const mayDecide = a.state === "unresolved" || a.state === "customer_shown";
  return (
    <Dialog open onClose={onClose} title={t("office.attempt.title", { label: a.label })} width="l">
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <span className="text-[40px] leading-none">
            <Yen value={a.amount} big />
          </span>
          <span>
            {a.wallet_name} {t(`office.way.${a.way}`)}
            <br />
            {counter} {stamp(a.created_at, i18n.language)}
          </span>
        </div>
        <section>
          <h3 className="text-lg">{t("office.attempt.situation")}</h3>
          <ul className="list-disc pl-6">
            {a.situation.map((s) => (
              <li key={s}>{s}</li>
            ))}
            {!live && <li>{t(`office.attempt.state.${a.state}`)}</li>}
            {a.words && <li>{a.words}</li>}
          </ul>
          <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4">
            <dt className="text-sub">{t("office.attempt.ours")}</dt>
            <dd className="tabular-nums">{a.id}</dd>
            {a.ref && (
              <>
                <dt className="text-sub">{t("office.attempt.theirs", { provider: a.provider_name })}</dt>
                <dd className="tabular-nums">{a.ref}</dd>
              </>
            )}
            {a.note && (
              <>
                <dt className="text-sub">{t("office.attempt.note")}</dt>
                <dd>{a.note}</dd>
              </>
            )}
          </dl>
          <div className="mt-2 flex flex-wrap gap-4">
            {live && (
              <Button icon="sync" isPending={ask.isPending} onPress={() => ask.mutate()}>
                {t("office.attempt.ask")}
              </Button>
            )}
            <a href={paths.sale(a.sale)} className="inline-flex min-h-12 items-center">
              {t("office.attempt.sale")}
            </a>
          </div>
          {ask.isError && <Oops error={ask.error} title={t("office.attempt.notAsked")} />}
        </section>
        {live && <Own attempt={a} onDone={refresh} />}
        {mayDecide && <Decide attempt={a} onDone={onClose} refresh={refresh} />}
        {live && !mayDecide && (
          <Notice tone="info" title={t("office.attempt.running")} still={t("office.attempt.runningText")} />
        )}
      </div>
    </Dialog>
  );
}

function Own({ attempt, onDone }: { attempt: Attempt; onDone: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const people = useQuery(accountantsQuery);
  const [owner, setOwner] = useState<string | null>(attempt.handover?.owner ?? null);
  const press = usePress<unknown, { owner: string; note: string }>({
    intent: `own:${attempt.id}`,
    send: useCallback((key, v) => ownAttempt(attempt.id, { key, ...v }), [attempt.id]),
    onSuccess: useCallback(() => {
      onDone();
      say(t("office.attempt.owned"));
    }, [onDone, say, t]),
  });
  return (
    <section>
      <h3 className="text-lg">{t("office.attempt.owner")}</h3>
      <div className="flex flex-wrap items-end gap-4">
        <Select
          className="min-w-64 flex-1"
          label={t("closing.hand.label")}
          placeholder={t("closing.hand.choose")}
          options={(people.data ?? []).map((p) => ({ id: p.account, label: t("closing.hand.person", { ...p }) }))}
          value={owner}
          onChange={setOwner}
        />
        <Button
          isDisabled={owner === null || owner === attempt.handover?.owner}
          isPending={press.isPending}
          onPress={() => owner && press.mutate({ owner, note: attempt.note ?? "" })}
        >
          {t("office.attempt.own")}
        </Button>
      </div>
      {press.isError && <Oops error={press.error} title={t("office.attempt.notOwned")} />}
    </section>
  );
}

/** The end that a person found out. What was looked at is written down: it is the only proof there is. */
function Decide({ attempt, onDone, refresh }: { attempt: Attempt; onDone: () => void; refresh: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const outcomes: Outcome[] =
    attempt.state === "customer_shown" ? ["paid", "not_paid"] : ["paid", "not_paid", "reversed"];
  const [draft, set, clear] = useDraftOf(`decide.${attempt.id}`, { outcome: "", note: "" });
  const press = usePress<unknown, { outcome: Outcome; note: string }>({
    intent: `decide:${attempt.id}`,
    send: useCallback((key, v) => decideAttempt(attempt.id, { key, ...v }), [attempt.id]),
    onSuccess: useCallback(() => {
      clear();
      refresh();
      say(t("office.attempt.decided"));
      onDone();
    }, [clear, refresh, say, t, onDone]),
    onError: refresh,
  });
  return (
    <section className="rounded-ctl border border-edge p-4">
      <h3 className="text-lg">{t("office.attempt.decide")}</h3>
      <p className="mb-3">{t("office.attempt.decideText")}</p>
      <SendForm
        press={press}
        value={() => ({ outcome: draft.outcome as Outcome, note: draft.note.trim() })}
        known={["note"]}
        failed={t("office.attempt.notDecided")}
        action={t("office.attempt.decideAction")}
        disabled={draft.outcome === ""}
        check={() =>
          draft.note.trim() === "" ? { note: t("office.attempt.noteMissing") } : ({} as Record<string, string>)
        }
      >
        {(wrong) => (
          <>
            <Select
              label={t("office.attempt.outcome")}
              placeholder={t("closing.hand.choose")}
              options={outcomes.map((o) => ({ id: o, label: t(`office.outcome.${o}`) }))}
              value={draft.outcome || null}
              onChange={(outcome) => set({ outcome })}
            />
            <TextAreaField
              label={t("office.attempt.noteLabel")}
              hint={t("office.attempt.noteHint")}
              value={draft.note}
              onChange={(note) => set({ note })}
              error={wrong("note")}
            />
          </>
        )}
      </SendForm>
    </section>
  );
}
