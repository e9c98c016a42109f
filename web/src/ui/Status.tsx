import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export type Tone = "ok" | "warn" | "error" | "now" | "plain";

const faces: Record<Tone, { icon: IconName; text: string; box: string }> = {
  ok: { icon: "check", text: "text-ok", box: "border-ok bg-ok-soft" },
  warn: { icon: "warn", text: "text-warn", box: "border-warn bg-warn-soft" },
  error: { icon: "stop", text: "text-err", box: "border-err bg-err-soft" },
  now: { icon: "live", text: "text-key", box: "border-key bg-key-soft" },
  plain: { icon: "info", text: "text-body", box: "border-edge bg-paper" },
};

export interface StatusProps {
  tone: Tone;
  icon?: IconName;
  /** draws the status in its own outline */
  boxed?: boolean;
  size?: "m" | "l";
  children: ReactNode;
  className?: string;
}

/** Shape, word and outline say it; colour only repeats it. */
export function Status({ tone, icon, boxed, size = "m", children, className = "" }: StatusProps) {
  const f = faces[tone];
  return (
    <span
      className={`palt inline-flex items-center gap-2 font-bold leading-normal ${f.text} ${size === "l" ? "text-xl" : ""} ${boxed ? `rounded-ctl border px-3 py-1 ${f.box}` : ""} ${className}`}
    >
      <Icon name={icon ?? f.icon} />
      <span>{children}</span>
    </span>
  );
}
