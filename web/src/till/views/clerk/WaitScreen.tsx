import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { Icon, Status } from "@/ui";
import { left, seconds, type View } from "../../model/desk";
import { Act, clockSeconds, Mark, Qr, useSpan } from "../../ui";
import { Amount, Foot, Say } from "./Parts";

/** The customer is paying: what they see on the left, how long it has been, and what happens by itself. */
export function WaitScreen({
  view,
  attempt: a,
  office,
  displays,
  cancelling,
  onCancel,
}: {
  view: View;
  attempt: Schemas["Attempt"];
  office: string;
  /** a customer display is paired with this counter */
  displays: boolean;
  cancelling: boolean;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const show = a.way === "show";
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-center gap-x-14 gap-y-6 px-4 pt-6 pb-5 md:px-12 lg:grid-cols-[minmax(0,464px)_minmax(0,1fr)]"
      >
        <section
          aria-label={t(show ? "till.wait.display" : "till.wait.code")}
          className="flex flex-col items-center justify-between gap-4 rounded-2xl border border-line bg-paper p-6"
        >
          <h2 className="flex min-h-8 w-full flex-wrap items-center justify-between gap-2 text-lg">
            {t(show ? "till.wait.display" : "till.wait.code")}
            {show && displays && (
              <Status tone="ok" icon="tick" boxed className="!rounded-full">
                {t("till.wait.shown")}
              </Status>
            )}
          </h2>
          {show && a.qr ? (
            <Qr text={a.qr} label={t("till.wait.qr")} className="w-full max-w-[340px] rounded-box border border-line" />
          ) : (
            <Mark kind="waiting" size={180} className="my-8 animate-pulse text-key" />
          )}
          <p className="text-center leading-relaxed text-sub">
            {show ? (
              <>
                <b className="text-lg text-ink">{t("till.wait.payee", { office })}</b>
                <br />
                {a.expires_at ? <Expiry at={a.expires_at} /> : null}
                {!displays && <span className="block">{t("till.wait.turn")}</span>}
              </>
            ) : (
              <b className="text-lg text-ink">
                {a.wallet_name} {a.code_tail}
              </b>
            )}
          </p>
        </section>
        <div className="flex min-w-0 flex-col justify-between gap-5">
          <div>
            <h1 className="text-[40px] leading-tight tracking-[-0.01em]">
              {t(a.phase === "starting" ? "till.wait.starting" : "till.wait.title")}
            </h1>
            <p className="mt-1 text-lg text-sub">{t("till.wait.sub")}</p>
          </div>
          <Amount sale={view.sale} side={<Elapsed a={a} />} />
          <Steps a={a} />
          <Say>{a.say}</Say>
        </div>
      </main>
      <Foot>
        <Act look="plain" icon="close" isPending={cancelling} isDisabled={!a.may_cancel} onPress={onCancel}>
          {t("till.wait.cancel")}
        </Act>
        <p className="max-w-[40em] leading-relaxed">{t(show ? "till.wait.cancelShow" : "till.wait.cancelText")}</p>
      </Foot>
    </>
  );
}

function Expiry({ at }: { at: string }) {
  const { t } = useTranslation();
  const span = useSpan();
  const now = useNow(1_000);
  const rest = left(at, now);
  return (
    <span className="tabular-nums">
      {rest > 0 ? t("till.wait.expires", { span: span(rest) }) : t("till.wait.expired")}
    </span>
  );
}

/** Seconds since it began, in a ring that fills over the life of the code, or over the minute after which to look. */
function Elapsed({ a }: { a: Schemas["Attempt"] }) {
  const { t } = useTranslation();
  const now = useNow(1_000);
  const s = seconds(a.created_at, now);
  const whole = a.expires_at ? Math.max(1, seconds(a.created_at, new Date(a.expires_at))) : 60;
  const round = 2 * Math.PI * 70;
  return (
    <div className="relative size-38 shrink-0">
      <svg width="152" height="152" viewBox="0 0 152 152" aria-hidden="true">
        <circle cx="76" cy="76" r="70" fill="none" className="stroke-line" strokeWidth="8" />
        <circle
          cx="76"
          cy="76"
          r="70"
          fill="none"
          className="stroke-key"
          strokeWidth="8"
          strokeLinecap="round"
          strokeDasharray={`${Math.min(1, s / whole) * round} ${round}`}
          transform="rotate(-90 76 76)"
        />
      </svg>
      <p className="absolute inset-0 flex flex-col items-center justify-center leading-tight text-sub">
        {t("till.wait.elapsed")}
        <b className="text-[40px] leading-[1.1] text-ink tabular-nums">
          {s < 600 ? s : Math.floor(s / 60)}
          <span className="ml-[0.1em] text-[0.5em]">{t(s < 600 ? "till.seconds" : "till.minutes")}</span>
        </b>
      </p>
    </div>
  );
}

function Steps({ a }: { a: Schemas["Attempt"] }) {
  const { t } = useTranslation();
  const sent = a.phase !== "starting";
  const row = (kind: "done" | "now" | "next", words: string, note: string, last = false) => (
    <li className="relative flex gap-4 pb-3.5 last:pb-0">
      {!last && <span aria-hidden="true" className="absolute top-8 bottom-0 left-[15px] w-0.5 bg-line" />}
      <span
        className={`z-10 grid size-8 shrink-0 place-items-center rounded-full ${kind === "done" ? "bg-ok text-white" : kind === "now" ? "border-8 border-key bg-paper" : "border-2 border-edge bg-paper"}`}
      >
        {kind === "done" && <Icon name="tick" size={20} />}
      </span>
      <span className="flex flex-wrap items-baseline gap-x-4">
        <b className={`text-lg leading-8 ${kind === "next" ? "font-normal text-sub" : "text-ink"}`}>
          {words}
          <span className="sr-only">{t(`till.wait.${kind}`)}</span>
        </b>
        <span className="text-sub">{note}</span>
      </span>
    </li>
  );
  const at = clockSeconds(a.sent_at ?? a.created_at);
  return (
    <ol>
      {row(sent ? "done" : "now", t(`till.wait.step1.${a.way}`, { provider: a.provider_name }), sent ? at : "")}
      {row(sent ? "now" : "next", t("till.wait.step2"), t(`till.wait.step2note.${a.way}`))}
      {row("next", t("till.wait.step3"), t("till.wait.step3note"), true)}
    </ol>
  );
}
