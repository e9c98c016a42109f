import type { ReactNode, Ref } from "react";
import { Icon, type IconName } from "./Icon";

export interface NoticeProps {
  tone: "info" | "ok" | "warn" | "error";
  /** what happened */
  title: string;
  /** what still works, what is safe */
  still?: ReactNode;
  /** what to press or do next: words or buttons */
  next?: ReactNode;
  /** read aloud when it appears. An error the person must see now: "alert"; news: "status" */
  live?: "alert" | "status";
  className?: string;
  ref?: Ref<HTMLDivElement>;
}

const faces: Record<NoticeProps["tone"], { icon: IconName; box: string; head: string }> = {
  info: { icon: "info", box: "border-key-line bg-key-soft", head: "text-key" },
  ok: { icon: "check", box: "border-ok bg-ok-soft", head: "text-ok" },
  warn: { icon: "warn", box: "border-warn-line bg-warn-soft", head: "text-warn" },
  error: { icon: "stop", box: "border-err bg-err-soft", head: "text-err" },
};

/** Trouble in a fixed order: what happened, what still works, what to do. */
export function Notice({ tone, title, still, next, live, className = "", ref }: NoticeProps) {
  const f = faces[tone];
  return (
    <div
      ref={ref}
      role={live}
      tabIndex={ref ? -1 : undefined}
      className={`flex gap-3 rounded-ctl border px-4 py-3 leading-normal ${f.box} ${className}`}
    >
      <Icon name={f.icon} className={f.head} />
      <div className="min-w-0 flex-1">
        <p className={`font-bold ${f.head}`}>{title}</p>
        {still && <div className="mt-1 text-body">{still}</div>}
        {next && <div className="mt-2 text-body">{next}</div>}
      </div>
    </div>
  );
}
