// Times are shown as the office's wall clock, whatever zone a PC was left in.
const timeZone = "Asia/Tokyo";

/** 13:05 */
export function clockTime(at: Date | string): string {
  return new Intl.DateTimeFormat("ja-JP", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    new Date(at),
  );
}

/** 10月14日（水） / Wed, 14 October */
export function dayWords(at: Date | string, language: string): string {
  const d = new Date(at);
  if (language !== "ja") {
    return new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "long" }).format(d);
  }
  const parts = new Intl.DateTimeFormat("ja-JP", {
    timeZone,
    month: "numeric",
    day: "numeric",
    weekday: "short",
  }).formatToParts(d);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  // Month, day and the full-width brackets are part of the format, not of a sentence.
  return `${part("month")}\u6708${part("day")}\u65e5\uff08${part("weekday")}\uff09`;
}

/** Date and time of a past event, for tables. */
export function stamp(at: Date | string, language: string): string {
  return new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
    timeZone,
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(at));
}

/** Whole minutes from now until then, rounded up; negative when it is over. */
export function minutesUntil(then: Date | string, now: Date): number {
  return Math.ceil((new Date(then).getTime() - now.getTime()) / 60_000);
}

/** How a meeting stands towards the clock. Minutes only within the last hour: before that the time itself says more. */
export type Standing =
  | { kind: "open" }
  | { kind: "ended" }
  | { kind: "due" }
  | { kind: "soon"; minutes: number }
  | { kind: "later" };

export function standing(m: { state: "scheduled" | "open" | "ended"; starts_at: string }, now: Date): Standing {
  if (m.state !== "scheduled") return { kind: m.state };
  const minutes = minutesUntil(m.starts_at, now);
  if (minutes <= 0) return { kind: "due" };
  return minutes <= 60 ? { kind: "soon", minutes } : { kind: "later" };
}
