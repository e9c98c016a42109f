/** What somebody who owes `due` is likely to hand over: the sum itself, then rounded up to coins and notes. */
export function likely(due: number): number[] {
  const out = new Set([due]);
  for (const step of [100, 500, 1_000, 5_000, 10_000]) {
    if (out.size < 5 && due > 0) out.add(Math.ceil(due / step) * step);
  }
  for (const note of [5_000, 10_000]) if (out.size < 5 && note > due) out.add(note);
  return [...out].sort((a, b) => a - b).slice(0, 5);
}

/** The amount of what was typed, full-width digits and commas included; undefined where it is none. */
export function amount(typed: string): number | undefined {
  const t = typed.normalize("NFKC").replace(/[,\s]/g, "");
  if (!/^\d{1,8}$/.test(t)) return undefined;
  return Number(t);
}
