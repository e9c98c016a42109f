// The five steps from the last customer to a closed day. What the server knows comes from the day book; the count, the
// owner and the printing are this browser's until they are signed.
import type { Schemas } from "@/lib/api/client";

type DayBook = Schemas["DayBook"];

export const stepNames = ["hand", "count", "print", "sign", "close"] as const;
export type StepName = (typeof stepNames)[number];
export type StepState = "done" | "now" | "next";

/** What this browser knows and the server does not yet. */
export interface Prepared {
  /** account at 会計課 */
  owner: string;
  counted: number | undefined;
  /** printed, or put off on purpose */
  printed: boolean;
}

export interface Closing {
  steps: Record<StepName, StepState>;
  now: StepName | "over";
}

/** Where the closing stands. A signature settles the steps before it. */
export function closing(book: DayBook, prepared: Prepared): Closing {
  const over = book.session.state === "closed";
  const signed = over || book.session.signed;
  const done: Record<StepName, boolean> = {
    hand: signed || book.open.length === 0 || prepared.owner !== "",
    count: signed || prepared.counted !== undefined,
    print: signed || prepared.printed,
    sign: signed,
    close: over,
  };
  const now = stepNames.find((s) => !done[s]) ?? "over";
  const steps = Object.fromEntries(
    stepNames.map((s) => [s, done[s] ? "done" : s === now ? "now" : "next"]),
  ) as Closing["steps"];
  return { steps, now };
}

/** Why this person does not close a signed day: it takes somebody else than the signer. */
export function mustBeAnother(book: DayBook): boolean {
  return book.session.state === "open" && book.session.signed && !book.may_close;
}

/**
 * Whether a signature seen before is void: the session was signed in one version, is of a later one now and is signed
 * no longer.
 */
export function signatureVoid(book: DayBook, seen: number | undefined): boolean {
  return seen !== undefined && book.session.state === "open" && !book.session.signed && book.session.version > seen;
}

/** How a payment stands on the day itself. Nothing agrees before the settlement file: 一致 is not said here. */
export type Standing = "cash" | "asked" | "shown" | "training";

export function standing(m: Schemas["MethodTotal"]): Standing {
  if (m.wallet === "training") return "training";
  if (m.way === "cash") return "cash";
  return m.way === "sticker" ? "shown" : "asked";
}

/**
 * 還付 of a part leaves the sale among the items at its full price, while the revenue is less by it: what the item table
 * has to be reduced by to come to the revenue.
 */
export function givenBack(book: DayBook): number {
  return book.categories.reduce((sum, c) => sum + c.amount, 0) - book.revenue;
}
