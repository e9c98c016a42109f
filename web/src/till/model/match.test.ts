import { describe, expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { bankGap, facts, groups, kinds, loss, verdict, waiting } from "./match";

type Difference = Schemas["Difference"];
const d = (kind: Difference["kind"], yen: number, wallet = "PayPay"): Difference => ({
  kind,
  wallet_name: wallet,
  at: "2026-11-15T07:58:00Z",
  books: yen < 0 ? -yen : 0,
  file: Math.max(yen, 0),
  yen,
  words: "",
});
const file = {
  id: "f",
  provider: "paypay",
  name: "a.csv",
  from: "2026-11-15",
  to: "2026-11-15",
  by: "鈴木 恵子",
  at: "2026-11-16T00:00:00Z",
};
const covered = { covered: true, files: [file] };

describe("the differences of a match", () => {
  test("stand together by kind and wallet, the most serious first", () => {
    const g = groups({
      covered: true,
      differences: [d("only_books", -450), d("only_file", 300), d("only_books", -300), d("only_books", -200, "d払い")],
    });
    expect(g.map((x) => [x.kind, x.wallet, x.differences.length, x.yen])).toEqual([
      ["only_file", "PayPay", 1, 300],
      ["only_books", "PayPay", 2, 750],
      ["only_books", "d払い", 1, 200],
    ]);
  });
  test("do not hide each other: 300 too much and 300 too little are 600 apart", () => {
    expect(verdict({ ...covered, differences: [d("only_file", 300), d("only_books", -300)] })).toEqual({
      kind: "differs",
      count: 2,
      yen: 600,
    });
  });
  test("what a file may still bring is no difference before the files are complete", () => {
    const m = { covered: false, files: [], differences: [d("only_books", -450), d("refund_missing", 300)] };
    expect(groups(m)).toEqual([]);
    expect(waiting(m)).toEqual({ count: 2, yen: 750 });
    expect(verdict(m)).toEqual({ kind: "before" });
  });
  test("what a file says too much is one at once", () => {
    expect(verdict({ covered: false, files: [file], differences: [d("only_file", 300)] }).kind).toBe("differs");
  });
  test("every kind has its place and says what it means for the money", () => {
    expect(new Set(kinds).size).toBe(7);
    expect(loss("only_books")).toBe("none");
    expect(loss("twice_in_file")).toBe("held");
    expect(loss("amount_differs")).toBe("unsure");
  });
});

describe("the word 一致", () => {
  test("is said of a wallet when files cover every day and nothing differs", () => {
    expect(verdict({ ...covered, differences: [] }, "PayPay")).toEqual({ kind: "agrees" });
    expect(verdict({ ...covered, differences: [d("only_books", -1)] }, "d払い")).toEqual({ kind: "agrees" });
  });
  test("is not said without a file, even of nothing", () => {
    expect(verdict({ covered: true, files: [], differences: [] }).kind).toBe("before");
  });
});

test("the bank is compared only when something arrived", () => {
  const total = { wallet: "", wallet_name: "", books_count: 2, books: 900, file_count: 2, file: 900, differences: 0 };
  const none = { deposits: [], banked: 0, banked_fee: 0, expected_deposit: 900, total };
  expect(bankGap(none)).toBeUndefined();
  const deposit = {
    id: "d",
    provider: "paypay",
    from: "2026-11-01",
    to: "2026-11-15",
    on: "2026-11-20",
    net: 880,
    fee: 20,
    note: "",
    by: "鈴木 恵子",
    at: "2026-11-20T01:00:00Z",
  };
  const arrived = { ...none, deposits: [deposit], banked: 880, banked_fee: 20 };
  expect(bankGap({ ...arrived, total: { ...total, fee: 0 } })).toBe(-20);
  expect(bankGap(arrived), "a file that does not say the fee").toBe(0);
});

test("a letter has the facts that are known and no empty lines", () => {
  expect(facts({ ...d("only_books", -450), label: "1-0037", attempt: "A1" }).map((f) => f[0])).toEqual([
    "wallet",
    "at",
    "label",
    "attempt",
    "books",
    "file",
  ]);
});
