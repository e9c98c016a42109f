import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { clockTime } from "@/lib/time";
import { Dialog, Icon, type IconName } from "@/ui";
import { askAgain } from "../../api/askAgain";
import { seconds, type View } from "../../model/desk";
import { Act, clockSeconds, Mark, Oops, usePress, useSpan, Yen } from "../../ui";
import { Foot, Grow, Quote } from "./Parts";
import { usePrint } from "./usePrint";

/** 確認中: nobody knows whether it was paid. Four fixed boxes and no way to charge again. */
export function CheckingScreen({
  view,
  attempt: a,
  printer,
  cancelling,
  onCancel,
  onAside,
  onSaw,
}: {
  view: View;
  attempt: Schemas["Attempt"];
  printer: boolean;
  cancelling: boolean;
  onCancel: () => void;
  onAside: () => void;
  onSaw: (a: Schemas["Attempt"]) => void;
}) {
  const { t } = useTranslation();
  const span = useSpan();
  const now = useNow(1_000);
  const paper = usePrint("pending", a.id, printer);
  const [looking, setLooking] = useState(false);
  const mayLook = Date.parse(a.ask_clerk_at) <= now.getTime();
  const ask = usePress({
    intent: `ask:${a.id}`,
    send: (key) => askAgain(a.id, { key }),
    onSuccess: (got) => {
      setLooking(false);
      onSaw(got);
    },
  });
  return (
    <div className="flex flex-1 flex-col bg-warn-soft">
      <section
        role="alert"
        className="flex flex-wrap items-center gap-x-10 gap-y-3 border-b-2 border-warn bg-[#ffe9a0] px-4 pt-5 pb-6 md:px-12"
      >
        <Mark kind="checking" size={132} className="text-ink max-md:size-20" />
        <div className="min-w-0">
          <h1 className="text-[56px] leading-[1.15] tracking-[-0.01em] sm:text-[88px]">{t("till.checking.title")}</h1>
          <p className="text-[26px] leading-snug font-bold text-ink sm:text-[36px]">{t("till.checking.dont")}</p>
        </div>
        <div className="ml-auto text-right text-ink">
          <Yen big value={a.amount} className="block text-[72px] leading-[1.1]" />
          <p className="text-lg leading-relaxed">
            {t("till.choose.sale", { label: view.sale.label })}
            <span className="ml-4">{a.wallet_name || a.provider_name}</span>
          </p>
          <p className="inline-flex items-center gap-2 rounded-full bg-paper px-4 py-0.5 text-lg font-bold tabular-nums">
            <Icon name="clock" size={20} />
            {t("till.checking.elapsed", { span: span(seconds(a.created_at, now)) })}
          </p>
        </div>
      </section>
      <main id="main" tabIndex={-1} className="grid flex-1 gap-x-6 gap-y-4 px-4 py-6 md:grid-cols-2 md:px-12">
        <Box icon="eye" title={t("till.checking.situation")}>
          {a.situation.map((s) => (
            <p key={s}>{s}</p>
          ))}
        </Box>
        <Box icon="chat" title={t("till.say")}>
          <p className="text-xl leading-relaxed font-bold text-ink">
            <Quote words={a.say} />
          </p>
        </Box>
        <Box icon="sync" title={t("till.checking.steps")}>
          <ul>
            {a.steps.map((s) => (
              <li key={`${s.kind} ${s.words}`} className="grid grid-cols-[6.5rem_1fr] gap-2">
                <b className="text-ink tabular-nums">
                  {s.when === "at" && s.at
                    ? when(s.at, now)
                    : t(s.when === "now" ? "till.checking.now" : "till.checking.after")}
                </b>
                <span>{s.words}</span>
              </li>
            ))}
          </ul>
        </Box>
        <Box icon="handover" title={t("till.checking.handover")}>
          <p>
            {a.handover?.done
              ? t("till.checking.handed", { contact: a.handover.owner_name || a.handover.contact })
              : a.handover?.at
                ? t("till.checking.handAt", { at: dayTime(a.handover.at, now), contact: a.handover.contact })
                : t("till.checking.hand", { contact: a.handover?.contact ?? "" })}
          </p>
          {a.note && <p>{t("till.checking.note", { note: a.note })}</p>}
          <p>{t("till.checking.keep")}</p>
        </Box>
        {paper.error && <Oops error={paper.error} title={t("till.print.failed")} still={t("till.print.safe")} />}
      </main>
      <Foot>
        <Act look="plain" icon="print" isPending={paper.pending} onPress={() => paper.print()}>
          {t(paper.done ? "till.print.again" : "till.checking.print")}
        </Act>
        <Act look="plain" icon="person" onPress={onAside}>
          {t("till.checking.aside")}
        </Act>
        <Grow />
        {mayLook ? (
          <Act look="primary" icon="mobile" onPress={() => setLooking(true)}>
            {t("till.checking.look")}
          </Act>
        ) : (
          <p className="text-right leading-normal text-sub">
            {t("till.checking.lookAt", { at: clockSeconds(a.ask_clerk_at) })}
          </p>
        )}
      </Foot>
      {paper.sheet}
      <Dialog open={looking} onClose={() => setLooking(false)} title={t("till.checking.look")}>
        <p className="mb-4">{t("till.checking.lookText")}</p>
        {ask.error && <Oops error={ask.error} title={t("till.checking.askFailed")} />}
        <div className="flex flex-col gap-3">
          <Act className="!justify-start text-left" icon="check" isPending={ask.isPending} onPress={() => ask.mutate()}>
            {t("till.checking.sawPaid")}
          </Act>
          {a.may_cancel && (
            <Act
              look="plain"
              className="!justify-start text-left"
              icon="stop"
              isPending={cancelling}
              onPress={() => {
                setLooking(false);
                onCancel();
              }}
            >
              {t("till.checking.sawNone")}
            </Act>
          )}
        </div>
        <p className="mt-4 text-sub">{t("till.checking.lookNote")}</p>
      </Dialog>
    </div>
  );
}

const day = 24 * 3_600_000;
const dateOf = (at: Date) =>
  new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", month: "numeric", day: "numeric" }).format(at);

/** 10:43:58 today, 11/23 0:14 on another day. */
function when(at: string, now: Date): string {
  return Date.parse(at) - now.getTime() < day && dateOf(new Date(at)) === dateOf(now)
    ? clockSeconds(at)
    : dayTime(at, now);
}

function dayTime(at: string, now: Date): string {
  const d = new Date(at);
  return dateOf(d) === dateOf(now) ? clockTime(d) : `${dateOf(d)} ${clockTime(d)}`;
}

function Box({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 rounded-box border border-warn-line bg-paper px-6 py-4 text-lg leading-relaxed">
      <h2 className="flex items-center gap-3 text-xl">
        <Icon name={icon} className="text-warn" />
        {title}
      </h2>
      <div>{children}</div>
    </section>
  );
}
