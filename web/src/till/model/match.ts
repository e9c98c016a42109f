// The three-way match as people read it: which wallet agrees, what is a difference and what only waits for the next
// file, and the letter that asks a provider.
import type { Schemas } from "@/lib/api/client";

type Match = Schemas["Match"];
type Difference = Schemas["Difference"];
export type Kind = Difference["kind"];

/** Most serious first: money of a customer that we do not know of, then amounts, then what usually comes later. */
export const kinds: readonly Kind[] = [
  "only_file",
  "state_differs",
  "twice_in_file",
  "amount_differs",
  "refund_only_file",
  "only_books",
  "refund_missing",
];

/** What files do not cover may still come: it is no difference yet. */
export function waits(m: Pick<Match, "covered">, d: Pick<Difference, "kind">): boolean {
  return !m.covered && (d.kind === "only_books" || d.kind === "refund_missing");
}

export interface Group {
  kind: Kind;
  wallet: string;
  differences: Difference[];
  /** what the lines are about together, in yen, without sign */
  yen: number;
}

/** The real differences, by kind and wallet, the most serious first. */
export function groups(m: Pick<Match, "covered" | "differences">): Group[] {
  const out = new Map<string, Group>();
  for (const d of m.differences) {
    if (waits(m, d)) continue;
    const id = `${d.kind} ${d.wallet_name}`;
    const g = out.get(id) ?? { kind: d.kind, wallet: d.wallet_name, differences: [], yen: 0 };
    g.differences.push(d);
    g.yen += Math.abs(d.yen);
    out.set(id, g);
  }
  return [...out.values()].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.yen - a.yen);
}

/** What waits for a later file, together. */
export function waiting(m: Pick<Match, "covered" | "differences">): { count: number; yen: number } {
  const all = m.differences.filter((d) => waits(m, d));
  return { count: all.length, yen: all.reduce((sum, d) => sum + Math.abs(d.yen), 0) };
}

export type Verdict = { kind: "agrees" } | { kind: "before" } | { kind: "differs"; count: number; yen: number };

/**
 * What stands at the end of a wallet's row, or of the total where none is given. 一致 needs files for every day; before
 * that nothing agrees, whatever the sums are.
 */
export function verdict(m: Pick<Match, "covered" | "files" | "differences">, wallet?: string): Verdict {
  const real = m.differences.filter((d) => !waits(m, d) && (wallet === undefined || d.wallet_name === wallet));
  if (real.length > 0) {
    return { kind: "differs", count: real.length, yen: real.reduce((sum, d) => sum + Math.abs(d.yen), 0) };
  }
  return m.covered && m.files.length > 0 ? { kind: "agrees" } : { kind: "before" };
}

/** What a difference means for the money, which is the first thing anybody wants to know. */
export type Loss = "none" | "held" | "unsure";

export function loss(kind: Kind): Loss {
  switch (kind) {
    case "only_file":
    case "state_differs":
    case "twice_in_file":
      return "held"; // a customer's money may be with the provider or with us
    case "amount_differs":
    case "refund_only_file":
      return "unsure";
    default:
      return "none";
  }
}

/**
 * The bank against what the files announce; undefined while nothing was deposited. A file without a fee is compared with
 * what arrived and the fee that was kept, together.
 */
export function bankGap(
  m: Pick<Match, "deposits" | "banked" | "banked_fee" | "expected_deposit" | "total">,
): number | undefined {
  if (m.deposits.length === 0) return undefined;
  return m.total.fee === undefined ? m.banked + m.banked_fee - m.total.file : m.banked - m.expected_deposit;
}

/** The lines of a difference's facts for the letter, each with a heading key and a value; what is not known is left out. */
export function facts(d: Difference, attempt?: Schemas["Attempt"]): [key: string, value: string | number][] {
  const out: [string, string | number | undefined][] = [
    ["wallet", d.wallet_name],
    ["at", d.at],
    ["counter", d.counter_name],
    ["label", d.label],
    ["attempt", d.attempt],
    ["ref", attempt?.ref],
    ["line", d.line],
    ["books", d.books],
    ["file", d.file],
  ];
  return out.filter((x): x is [string, string | number] => x[1] !== undefined && x[1] !== "");
}
