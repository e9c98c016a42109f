import { describe, expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { closing, givenBack, mustBeAnother, signatureVoid, standing } from "./closing";

type DayBook = Schemas["DayBook"];

const book = (o: Partial<Omit<DayBook, "session">> & { session?: Partial<DayBook["session"]> } = {}): DayBook => ({
  sales: 3,
  categories: [],
  methods: [],
  revenue: 900,
  cash: 300,
  cashless: 600,
  shown: 0,
  dropped: 0,
  voids: [],
  refunds: [],
  open: [],
  expected: 30_300,
  may_sign: true,
  may_close: false,
  ...o,
  session: {
    id: "s1",
    counter: "c1",
    counter_number: 1,
    counter_name: "市民課 1番窓口",
    day: "2026-11-20",
    number: 1,
    training: false,
    state: "open",
    opened_by: "佐藤 花子",
    opened_at: "2026-11-19T23:30:00Z",
    float: 30_000,
    version: 7,
    signed: false,
    ...o.session,
  },
});
const open = [
  { sale: "x", attempt: "a", label: "1-0042", amount: 900, wallet_name: "PayPay", state: "unresolved" as const },
];
const nothing = { owner: "", counted: undefined, printed: false };

describe("closing a day", () => {
  test("begins with handing over what is open", () => {
    expect(closing(book({ open }), nothing)).toEqual({
      now: "hand",
      steps: { hand: "now", count: "next", print: "next", sign: "next", close: "next" },
    });
  });
  test("has nothing to hand over on most days", () => {
    expect(closing(book(), nothing).now).toBe("count");
  });
  test("goes on step by step", () => {
    expect(closing(book({ open }), { ...nothing, owner: "k" }).now).toBe("count");
    expect(closing(book(), { ...nothing, counted: 0 }).now).toBe("print");
    expect(closing(book(), { ...nothing, counted: 30_300, printed: true }).now).toBe("sign");
  });
  test("an earlier step can be wanting while a later one is done", () => {
    const c = closing(book({ open }), { owner: "", counted: 30_300, printed: true });
    expect(c.now).toBe("hand");
    expect(c.steps.count).toBe("done");
  });
  test("the second person finds the steps before the signature done, whatever their browser knows", () => {
    const c = closing(book({ open, session: { signed: true }, may_close: true }), nothing);
    expect(c.now).toBe("close");
    expect(c.steps.hand).toBe("done");
  });
  test("is over once closed", () => {
    expect(closing(book({ session: { signed: true, state: "closed" } }), nothing).now).toBe("over");
  });
});

describe("the two people", () => {
  test("the signer is told that it takes another", () => {
    expect(mustBeAnother(book({ session: { signed: true } }))).toBe(true);
    expect(mustBeAnother(book({ session: { signed: true }, may_close: true }))).toBe(false);
    expect(mustBeAnother(book())).toBe(false);
  });
  test("a sale after the signature makes it void, and that is noticed", () => {
    const later = book({ session: { signed: false, version: 9 } });
    expect(signatureVoid(later, 8)).toBe(true);
    expect(signatureVoid(later, undefined)).toBe(false);
    expect(signatureVoid(book({ session: { signed: true, version: 8 } }), 8)).toBe(false);
  });
});

test("nothing is said to agree before the settlement file", () => {
  const m = (wallet: string, way: Schemas["Way"]) =>
    standing({ wallet, wallet_name: wallet, way, count: 1, amount: 1 });
  expect([m("cash", "cash"), m("paypay", "show"), m("d_barai", "scan"), m("paypay", "sticker")]).toEqual([
    "cash",
    "asked",
    "asked",
    "shown",
  ]);
  expect(m("training", "show")).toBe("training");
});

test("items at full price come to the revenue less what was given back", () => {
  const category = { code: "13", name: "手数料", count: 3, reduced: 0, amount: 1_200, items: [] };
  expect(givenBack(book({ categories: [category], revenue: 900 }))).toBe(300);
});
