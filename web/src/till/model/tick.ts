// The three things that are compared on the customer's screen after a payment by sticker.

const minute = 60_000;
const zone = 9 * 60 * minute; // the office's clock

/**
 * The time on a customer's screen as an instant: today's, by the office's clock. A time that would lie more than half a day
 * ahead is yesterday's (a screen of 23:59 looked at after midnight). Undefined where it is no time.
 */
export function screenTime(typed: string, now: Date): string | undefined {
  const t = typed.normalize("NFKC").trim();
  const m = /^(\d{1,2}):(\d{2})$/.exec(t) ?? /^(\d{1,2})(\d{2})$/.exec(t);
  if (!m) return undefined;
  const [h, min] = [Number(m[1]), Number(m[2])];
  if (h > 23 || min > 59) return undefined;
  const local = new Date(now.getTime() + zone);
  let at = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), h, min) - zone;
  if (at - now.getTime() > 12 * 60 * minute) at -= 24 * 60 * minute;
  return new Date(at).toISOString();
}

/** The last four characters of a 取引番号 as they were typed, or undefined. */
export function tail(typed: string): string | undefined {
  const t = typed.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  return /^[0-9A-Z]{4}$/.test(t) ? t : undefined;
}
