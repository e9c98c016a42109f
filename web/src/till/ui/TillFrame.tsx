import type { ReactNode } from "react";
import { Link } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useReachable } from "@/lib/api/reach";
import { useNow } from "@/lib/clock";
import { clockTime } from "@/lib/time";
import { Icon } from "@/ui";
import { Watermark } from "./Watermark";

export interface TillFrameProps {
  counter: string;
  clerk: string;
  training: boolean;
  /** false while the event stream is being opened anew */
  line?: boolean;
  /** buttons at the right end */
  tools?: ReactNode;
  /** paid: the head is part of the full green; checking: part of the amber */
  /** as tall as the window on a desk screen, whose parts scroll by themselves */
  fixed?: boolean;
  tone?: "plain" | "paid" | "checking" | "not_paid";
  children: ReactNode;
}

const tones = {
  plain: "bg-paper border-line text-sub [--head:var(--color-ink)]",
  paid: "bg-ok border-white/30 text-white [--head:#fff]",
  checking: "bg-warn-soft border-warn-line text-body [--head:var(--color-ink)]",
  not_paid: "bg-err-soft border-err/40 text-body [--head:var(--color-ink)]",
};

/** Everything at the counter stands in this: who, where, whether the line is good, and 練習 where it is one. */
export function TillFrame({
  counter,
  clerk,
  training,
  line = true,
  tools,
  fixed,
  tone = "plain",
  children,
}: TillFrameProps) {
  const { t } = useTranslation();
  const reachable = useReachable();
  const up = line && reachable;
  const now = useNow(5_000);
  const rule = <span aria-hidden="true" className="hidden h-6 w-px bg-current opacity-30 sm:block" />;
  return (
    <div className={`flex min-h-dvh flex-col ${fixed ? "desk:h-dvh" : ""}`}>
      <header
        className={`flex min-h-16 flex-wrap items-center gap-x-4 gap-y-0 border-b px-4 lg:gap-x-6 md:px-6 print:hidden ${tones[tone]}`}
      >
        <Link
          href="/till"
          className="flex min-h-11 min-w-11 items-center gap-2 rounded-ctl text-lg max-lg:justify-center font-bold text-(--head) no-underline"
        >
          <Icon name="hall" className={tone === "paid" ? "" : "text-key"} />
          <span className="max-lg:sr-only">{t("ui.product")}</span>
        </Link>
        {rule}
        <b className="whitespace-nowrap text-(--head)">{counter}</b>
        <span className="flex items-center gap-2 whitespace-nowrap">
          <Icon name="person" size={20} />
          {clerk}
        </span>
        <span className="grow" />
        {training && (
          <p className="flex items-center gap-3 rounded-full border border-warn-line bg-warn-soft py-0.5 pl-1 leading-normal max-lg:pr-1 lg:pr-4 text-warn">
            <b className="rounded-full border-2 border-warn px-3">{t("till.practice")}</b>
            <span className="max-lg:sr-only">{t("till.frame.practice")}</span>
          </p>
        )}
        <span
          role="status"
          className={`flex items-center gap-2 whitespace-nowrap ${up ? "max-md:hidden" : "font-bold text-(--head)"}`}
        >
          <Icon name={up ? "gauge" : "warn"} size={20} />
          {t(up ? "till.frame.lineGood" : "till.frame.lineBad")}
        </span>
        <span className="hidden tabular-nums sm:inline">{clockTime(now)}</span>
        {tools}
      </header>
      {training && <Watermark />}
      {children}
    </div>
  );
}
