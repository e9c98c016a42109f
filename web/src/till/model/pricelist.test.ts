import { describe, expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { categories, shelves, stands } from "./pricelist";

const item = (code: string, price: number, from: string, to?: string, category = "13-01"): Schemas["Item"] => ({
  id: `${code}-${from}`,
  code,
  name: code,
  group: "証明",
  unit: "通",
  price,
  free: false,
  limit: 0,
  category_code: category,
  category_name: `科目${category}`,
  tax: "exempt",
  slip: "statement",
  order: code === "JUMIN" ? 1 : 2,
  from,
  to,
  on: true,
});
const today = "2026-11-22";

describe("the price list", () => {
  test("has each item once, with the price that follows", () => {
    const [shelf] = shelves(
      [item("INKAN", 300, "2026-04-01"), item("JUMIN", 350, "2026-11-23"), item("JUMIN", 300, "2026-04-01", today)],
      today,
    );
    expect(shelf?.rows.map((r) => [r.item.code, r.item.price, r.when, r.next?.price])).toEqual([
      ["JUMIN", 300, "on", 350],
      ["INKAN", 300, "on", undefined],
    ]);
  });
  test("stands under its 科目 in the order of the codes", () => {
    const s = shelves([item("B", 1, "2026-04-01", undefined, "14-01"), item("A", 1, "2026-04-01")], today);
    expect(s.map((x) => x.code)).toEqual(["13-01", "14-01"]);
    expect(categories([item("A", 1, "2026-04-01"), item("B", 1, "2026-04-01")])).toHaveLength(1);
  });
  test("keeps what is over apart, and what only begins in sight", () => {
    const all = [item("OLD", 100, "2020-04-01", "2021-03-31"), item("NEW", 100, "2027-04-01")];
    expect(shelves(all, today).flatMap((s) => s.rows.map((r) => [r.item.code, r.when]))).toEqual([["NEW", "later"]]);
    expect(shelves(all, today, true).flatMap((s) => s.rows)).toHaveLength(2);
  });
});

describe("the 告示", () => {
  const wallets = [
    { id: "paypay", name: "PayPay" },
    { id: "d_barai", name: "d払い" },
    { id: "au_pay", name: "au PAY" },
    { id: "line_pay", name: "LINE Pay", retired: "2025-05-01", instead: "終了しました。" },
    { id: "cash", name: "現金" },
  ];
  const notice = (wallet: string, from: string, cats: string[] = []): Schemas["Designation"] => ({
    id: wallet + from,
    wallet,
    wallet_name: wallet,
    trustee: "株式会社",
    notice: "告示第1号",
    noticed_on: from,
    categories: cats,
    from,
  });
  test("say of every brand whether it may be chosen, of cash nothing", () => {
    const s = stands(wallets, [notice("paypay", "2026-04-01"), notice("d_barai", "2026-04-01", ["13-01"])], today);
    expect(s.map((x) => [x.wallet.id, x.kind])).toEqual([
      ["paypay", "all"],
      ["d_barai", "some"],
      ["au_pay", "none"],
      ["line_pay", "retired"],
    ]);
  });
  test("that begin later do not help today", () => {
    expect(stands(wallets, [notice("au_pay", "2027-04-01")], today)[2]?.kind).toBe("none");
  });
});
