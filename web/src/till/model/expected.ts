// Which settlement files are due.
import type { Schemas } from "@/lib/api/client";
import { addDays } from "./day";

/**
 * The days up to yesterday, with cashless revenue, that no file of a provider covers yet. Whose it was is not in the sums
 * of a day, so a day counts for every provider.
 */
export function expected(
  files: readonly Pick<Schemas["Settlement"], "from" | "to">[],
  books: readonly Pick<Schemas["DayBookRow"], "session" | "cashless">[],
  today: string,
): { days: number; from: string; to: string; last: string | undefined } {
  const yesterday = addDays(today, -1);
  const due = new Set<string>();
  for (const b of books) {
    const day = b.session.day;
    if (b.session.training || b.cashless === 0 || day > yesterday) continue;
    if (!files.some((f) => f.from <= day && day <= f.to)) due.add(day);
  }
  const sorted = [...due].sort();
  const last = files
    .map((f) => f.to)
    .sort()
    .at(-1);
  return { days: sorted.length, from: sorted[0] ?? "", to: sorted.at(-1) ?? "", last };
}
