import { type ReactNode, useState } from "react";
import { useNow } from "@/lib/clock";
import { grouped } from "@/lib/digits";
import { Icon, Spinner, useTitle } from "@/ui";
import { left } from "../../model/desk";
import { figures, Mark, Qr, Watermark } from "../../ui";
import { type Facing, useFacing } from "./useFacing";
import { useWakeLock } from "./useWakeLock";
import { plain, speak, type Tongue, tags, tongues } from "./words";

type Speech = ReturnType<typeof speak>;

/** The screen that faces the customer: the amount, what to do, the result. It knows nobody and asks for nothing. */
export function DisplayPage() {
  const { state, line } = useFacing();
  const [tongue, setTongue] = useState<Tongue>("ja");
  const w = speak(tongue);
  useWakeLock();
  useTitle(w.text("amount"));
  const place = [state?.office, state?.counter].filter(Boolean).join("\u3000");
  const ground =
    state?.phase === "paid"
      ? "bg-ok text-white"
      : state?.phase === "checking"
        ? "bg-[#ffe9a0] text-ink"
        : state?.phase === "not_paid"
          ? "bg-err-soft text-ink"
          : "bg-paper text-ink";
  return (
    <div lang={tags[tongue]} className={`flex min-h-dvh flex-col ${ground} [&_rt]:text-base [&_rt]:leading-none`}>
      <header className="flex min-h-18 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line bg-paper px-4 py-2 text-ink md:px-8">
        <b className="flex items-center gap-3 text-xl">
          <Icon name="hall" className="text-key" />
          {place}
          {state?.training && (
            <span className="rounded-full border-2 border-warn bg-warn-soft px-3 text-lg leading-normal text-warn">
              {w.text("watermark")}
              <span className="sr-only">{w.text("practice")}</span>
            </span>
          )}
        </b>
        <fieldset className="flex rounded-full border border-edge p-[3px]">
          <legend className="sr-only">{w.text("language")}</legend>
          {tongues.map((x) => (
            <button
              key={x}
              type="button"
              lang={tags[x]}
              aria-pressed={x === tongue}
              onClick={() => setTongue(x)}
              className={`flex min-h-12 cursor-pointer items-center gap-1.5 rounded-full px-4 whitespace-nowrap md:px-5 ${x === tongue ? "bg-ink font-bold text-paper" : "text-body hover:bg-ground"}`}
            >
              {x === tongue && <Icon name="tick" size={20} />}
              {speak(x).text("name")}
            </button>
          ))}
        </fieldset>
      </header>
      {!line && (
        <p role="status" className="flex items-center justify-center gap-3 bg-warn-soft px-4 py-2 text-lg text-warn">
          <Icon name="warn" />
          {w.say("lost")}
        </p>
      )}
      {state === undefined ? (
        <main id="main" className="grid flex-1 place-items-center">
          <h1 className="sr-only">{w.text("pairTitle")}</h1>
          <Spinner />
        </main>
      ) : (
        <Body s={state} w={w} />
      )}
      {state?.training && <Watermark word={w.text("watermark")} />}
    </div>
  );
}

function Middle({ children, role }: { children: ReactNode; role?: "alert" | "status" }) {
  return (
    <main id="main" className="flex flex-1 flex-col">
      <div role={role} className="flex flex-1 flex-col items-center justify-center gap-[3dvh] p-4 text-center">
        {children}
      </div>
    </main>
  );
}

function Big({
  value,
  w,
  className = "text-[120px] sm:text-[160px]",
}: {
  value: number;
  w: Speech;
  className?: string;
}) {
  return (
    <p className={`leading-[1.05] font-bold whitespace-nowrap tabular-nums ${className}`}>
      {figures(value)}
      <span className="ml-[0.12em] text-[0.5em]">{w.text("yen")}</span>
    </p>
  );
}

function Body({ s, w }: { s: Facing; w: Speech }) {
  const title = "text-[40px] leading-snug sm:text-[56px]";
  switch (s.phase) {
    case "pairing":
      return <Pairing s={s} w={w} />;
    case "closed":
      return (
        <Middle>
          <Icon name="lock" size={96} className="text-sub" />
          <h1 className={title}>{w.say("closed")}</h1>
          <p className="text-2xl">{w.say("closedText")}</p>
        </Middle>
      );
    case "idle":
      return (
        <Middle>
          <Icon name="hall" size={160} className="text-key" />
          <h1 className={title}>{w.say("idle")}</h1>
          <p className="text-2xl">{w.say("idleText")}</p>
        </Middle>
      );
    case "amount":
      return (
        <Middle>
          <h1 className="text-[28px] leading-[2] sm:text-[36px]">{w.say("amount")}</h1>
          <Big value={s.amount ?? 0} w={w} className="text-[120px] sm:text-[184px]" />
          <Lines s={s} w={w} />
          <p className="text-2xl">{w.say("amountText")}</p>
          <Wallets s={s} w={w} />
        </Middle>
      );
    case "pay":
      return <Pay s={s} w={w} />;
    case "checking":
      return (
        <Middle role="alert">
          <Mark kind="checking" size={128} />
          <h1 className={title}>{w.say("checking")}</h1>
          <p className="text-[36px] leading-snug font-bold">{w.say("checkingDont")}</p>
          <p className="text-2xl">{w.say("checkingText")}</p>
          <Big value={s.amount ?? 0} w={w} className="text-[72px]" />
        </Middle>
      );
    case "paid":
      return (
        <Middle role="status">
          <span className="[--mark-ground:#197a4b]">
            <Mark kind="paid" size={152} />
          </span>
          <h1 className="text-[48px] leading-snug !text-white sm:text-[72px]">{w.say("paid")}</h1>
          <Big value={s.amount ?? 0} w={w} />
          <p className="text-2xl">
            {s.wallet_name && <b className="mr-4">{s.wallet_name}</b>}
            {w.say("paidText")}
          </p>
        </Middle>
      );
    case "not_paid":
      return (
        <Middle role="alert">
          <Mark kind="not_paid" size={128} className="text-err" />
          <h1 className={title}>{w.say("notPaid")}</h1>
          <p className="text-2xl">{w.say("notPaidText")}</p>
          <Big value={s.amount ?? 0} w={w} className="text-[72px]" />
        </Middle>
      );
  }
}

function Pairing({ s, w }: { s: Facing; w: Speech }) {
  const now = useNow(1_000);
  return (
    <Middle>
      <h1 className="text-[32px] leading-snug sm:text-[40px]">{w.say("pairTitle")}</h1>
      <p
        data-testid="code"
        className="rounded-3xl bg-key-soft px-8 py-6 text-[72px] leading-none font-bold whitespace-nowrap text-ink tabular-nums sm:text-[160px]"
      >
        {grouped(s.code ?? "")}
      </p>
      <p className="max-w-[30em] text-2xl leading-relaxed">{w.say("pairText")}</p>
      {s.code_expires_at && (
        <p className="text-xl text-sub tabular-nums">
          {w.say("pairLeft", { span: w.span(left(s.code_expires_at, now)) })}
        </p>
      )}
    </Middle>
  );
}

function Pay({ s, w }: { s: Facing; w: Speech }) {
  const way = s.way ?? "scan";
  const yen = figures(s.amount ?? 0);
  const steps = way === "cash" ? [] : ([`${way}1`, `${way}2`, `${way}3`] as const);
  return (
    <>
      <main
        id="main"
        className={`grid flex-1 items-stretch gap-8 px-4 py-4 md:px-10 ${s.qr ? "md:grid-cols-[minmax(0,1fr)_minmax(0,400px)]" : ""}`}
      >
        <section className="flex min-w-0 flex-col justify-evenly gap-4">
          <div>
            <h1 className="text-[28px] leading-[1.9]">{w.say("amount")}</h1>
            <Big value={s.amount ?? 0} w={w} className="-ml-1 text-[110px] lg:text-[160px]" />
          </div>
          {way === "cash" ? (
            <p className="border-t-2 border-ink pt-4 text-[32px] leading-[2]">{w.say("cash")}</p>
          ) : (
            <ol className="border-t-2 border-ink pt-2">
              {steps.map((x, i) => (
                <li key={x} className="flex items-center gap-4 py-1 text-2xl leading-[2]">
                  <span className="grid size-8 shrink-0 place-items-center rounded-full bg-ink text-lg leading-none font-bold text-paper">
                    {i + 1}
                  </span>
                  <span>{w.say(x, { yen, label: s.sticker ?? s.wallet_name ?? "" })}</span>
                </li>
              ))}
            </ol>
          )}
        </section>
        {s.qr && (
          <section className="flex flex-col justify-between gap-3 rounded-[20px] bg-key-soft p-4 text-center">
            <div className="grid flex-1 place-items-center rounded-box bg-white p-1">
              <Qr text={s.qr} label={w.text("qr")} className="max-h-[52dvh] w-full" />
            </div>
            <p className="text-lg leading-relaxed">
              <b>{w.say("payee", { office: s.office })}</b>
              {s.expires_at && <Left at={s.expires_at} w={w} />}
            </p>
          </section>
        )}
      </main>
      <Wallets s={s} w={w} bar />
    </>
  );
}

function Left({ at, w }: { at: string; w: Speech }) {
  const now = useNow(1_000);
  return <span className="block tabular-nums">{w.say("left", { span: w.span(left(at, now)) })}</span>;
}

function Lines({ s, w }: { s: Facing; w: Speech }) {
  if (!s.lines?.length) return null;
  return (
    <ul aria-label={w.text("items")} className="text-xl text-body" lang="ja">
      {s.lines.map((l, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed sale do not move
        <li key={i} className="flex justify-between gap-10">
          <span>
            {l.name} × {l.count}
          </span>
          <span className="tabular-nums">{figures(l.amount)}</span>
        </li>
      ))}
    </ul>
  );
}

function Wallets({ s, w, bar }: { s: Facing; w: Speech; bar?: boolean }) {
  if (!s.wallets?.length) return null;
  return (
    <footer
      className={`flex flex-wrap items-center gap-x-6 gap-y-1 px-4 py-3 md:px-10 ${bar ? "min-h-18 border-t border-line bg-ground" : "justify-center"}`}
    >
      <span className="text-lg">{w.say("wallets")}</span>
      {s.wallets.map((x, i) => (
        <b key={x} className={`text-[22px] whitespace-nowrap ${i > 0 ? "border-l border-edge pl-6" : ""}`}>
          {plain(x)}
        </b>
      ))}
    </footer>
  );
}
