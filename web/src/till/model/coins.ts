// Counting a drawer: how many of each note and coin, what it comes to, how far that is from what the books say.

/** What is in a drawer in Japan, largest first. */
export const denominations = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1] as const;
export type Denomination = (typeof denominations)[number];

/** Notes above, coins below: they lie in different places of the drawer. */
export const isNote = (d: Denomination): boolean => d >= 1_000;

/** What was typed, by denomination; an empty text is none of it. */
export type Count = Partial<Record<Denomination, string>>;

/** How many of one; undefined where what was typed is no number of pieces. */
export function pieces(typed: string | undefined): number | undefined {
  const t = (typed ?? "").normalize("NFKC").replace(/[,\s]/g, "");
  if (t === "") return 0;
  return /^\d{1,5}$/.test(t) ? Number(t) : undefined;
}

/** What the drawer comes to; undefined while something typed is no number. */
export function counted(count: Count): number | undefined {
  let sum = 0;
  for (const d of denominations) {
    const n = pieces(count[d]);
    if (n === undefined) return undefined;
    sum += n * d;
  }
  return sum;
}

/** Whether anything was typed at all: an untouched sheet is not a drawer of zero yen. */
export const begun = (count: Count): boolean => denominations.some((d) => (count[d] ?? "").trim() !== "");

export type Balance = { kind: "even" } | { kind: "over" | "short"; yen: number };

/** 過不足: what was counted against what should be there. */
export function balance(have: number, expected: number): Balance {
  if (have === expected) return { kind: "even" };
  return have > expected ? { kind: "over", yen: have - expected } : { kind: "short", yen: expected - have };
}
