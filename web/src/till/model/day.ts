// Days as the counter knows them: 2026-11-22 in Japan, without a time. Text compares as time does.

/** The day n days later. */
export function addDays(day: string, n: number): string {
  const t = new Date(`${day}T00:00:00Z`);
  t.setUTCDate(t.getUTCDate() + n);
  return t.toISOString().slice(0, 10);
}

/** Whether it is a day of the calendar, as a date field gives it. */
export function isDay(s: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(s)) return false;
  const t = new Date(`${s}T00:00:00Z`);
  return !Number.isNaN(t.getTime()) && t.toISOString().startsWith(s);
}

/** The first and the last day of a month, 0 being that of `today`. */
export function month(today: string, offset = 0): { from: string; to: string } {
  const [y, m] = today.split("-").map(Number) as [number, number];
  const iso = (t: Date) => t.toISOString().slice(0, 10);
  return { from: iso(new Date(Date.UTC(y, m - 1 + offset, 1))), to: iso(new Date(Date.UTC(y, m + offset, 0))) };
}

/** 会計年度: April to March. */
export function fiscalYear(today: string): { from: string; to: string } {
  const y = Number(today.slice(0, 4)) - (Number(today.slice(5, 7)) < 4 ? 1 : 0);
  return { from: `${y}-04-01`, to: `${y + 1}-03-31` };
}

/** What a price, a reduction or a 告示 is on a day. */
export type When = "on" | "later" | "over";

export function when(x: { from: string; to?: string }, today: string): When {
  if (x.from > today) return "later";
  return x.to !== undefined && x.to !== "" && x.to < today ? "over" : "on";
}

/** 令和8年11月20日（金）, in English 20 Nov 2026. */
export function dayText(day: string, language: string): string {
  if (!isDay(day)) return day;
  const t = new Date(`${day}T00:00:00Z`);
  if (language !== "ja") {
    return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "medium" }).format(t);
  }
  // Put together from its parts: how the whole is written differs between browsers.
  const parts = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { timeZone: "UTC", era: "long", year: "numeric" })
    .formatToParts(t)
    .filter((p) => p.type === "era" || p.type === "year");
  const year = parts.map((p) => p.value).join("");
  const week = new Intl.DateTimeFormat("ja-JP", { timeZone: "UTC", weekday: "short" }).format(t);
  return `${year}\u5e74${t.getUTCMonth() + 1}\u6708${t.getUTCDate()}\u65e5\uff08${week}\uff09`;
}

/** 11月20日（金） without the year, for lists. */
export function shortDay(day: string, language: string): string {
  if (!isDay(day)) return day;
  const t = new Date(`${day}T00:00:00Z`);
  if (language === "ja") return `${t.getUTCMonth() + 1}\u6708${t.getUTCDate()}\u65e5`;
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short", day: "numeric" }).format(t);
}
