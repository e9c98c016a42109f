import { describe, expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { add, again, choices, commonUnit, goods, type Line, price, reduce, setCount, total } from "./cart";

const item = (id: string, price: number, o: Partial<Schemas["Item"]> = {}): Schemas["Item"] => ({
  id,
  code: id.toUpperCase(),
  name: `品目${id}`,
  group: "証明",
  unit: "通",
  price,
  free: false,
  limit: 0,
  category_code: "13",
  category_name: "手数料",
  tax: "exempt",
  slip: "statement",
  order: 1,
  from: "2026-04-01",
  on: true,
  ...o,
});
const all = goods({
  day: "2026-11-22",
  frequent: [],
  groups: [{ name: "証明", items: [item("a", 300), item("b", 455), item("f", 0, { free: true, limit: 5000 })] }],
  reductions: [
    { id: "full", name: "児童扶養手当", percent: 100, from: "2026-04-01" },
    { id: "third", name: "三割引", percent: 30, from: "2026-04-01" },
  ],
});

describe("the cart", () => {
  test("counts one more of an item on its own line, and apart from a reduced one", () => {
    let cart = add(add([], "a"), "a");
    expect(cart).toEqual([{ item: "a", count: 2 }]);
    cart = add(reduce(cart, 0, "full"), "a");
    expect(cart).toEqual([
      { item: "a", count: 2, reduction: "full" },
      { item: "a", count: 1 },
    ]);
  });
  test("loses a line that is counted down to nothing, and counts no further than 999", () => {
    expect(setCount([{ item: "a", count: 1 }], 0, 0)).toEqual([]);
    expect(setCount([{ item: "a", count: 998 }], 0, 5000)).toEqual([{ item: "a", count: 999 }]);
    expect(add([{ item: "a", count: 999 }], "a")[0]?.count).toBe(999);
  });
  test("takes a reduction back without leaving a trace of it in what is sent", () => {
    const cart = reduce(reduce([{ item: "a", count: 1 }], 0, "full"), 0, undefined);
    expect(choices(cart)).toEqual([{ item: "a", count: 1 }]);
  });
});

describe("the sum for the eye", () => {
  test.each<[string, Line[], number]>([
    [
      "is price times count",
      [
        { item: "a", count: 2 },
        { item: "b", count: 1 },
      ],
      1055,
    ],
    ["is nothing for what is reduced in full", [{ item: "a", count: 3, reduction: "full" }], 0],
    // 455 × 70 / 100 = 318.5: a part of a yen is in the customer's favour, as on the server
    ["rounds a reduction down on the line, not on one piece", [{ item: "b", count: 1, reduction: "third" }], 318],
    ["rounds once for three pieces", [{ item: "b", count: 3, reduction: "third" }], 955],
    ["is what was typed for a free amount", [{ item: "f", count: 1, amount: 1234, reason: "複写" }], 1234],
    [
      "leaves out what is not sold any more",
      [
        { item: "gone", count: 9 },
        { item: "a", count: 1 },
      ],
      300,
    ],
  ])("%s", (_, cart, sum) => {
    expect(total(price(cart, all))).toBe(sum);
  });
  test("has a unit only where all lines have the same", () => {
    expect(commonUnit(["通", "通"])).toBe("通");
    expect(commonUnit(["通", "回"])).toBeUndefined();
    expect(commonUnit([])).toBeUndefined();
  });
});

test("a fixed sale becomes a cart again with its reductions and typed amounts", () => {
  const line = { unit: "通", gross: 0, amount: 0, category_name: "", tax: "exempt" as const };
  const sale = {
    lines: [
      { ...line, item: "a", name: "品目a", price: 300, count: 2, reduction: "児童扶養手当", percent: 100 },
      { ...line, item: "f", name: "品目f", price: 1234, count: 1, reason: "複写" },
      { ...line, item: "gone", name: "x", price: 1, count: 1 },
    ],
  } as unknown as Schemas["Sale"];
  expect(again(sale, all)).toEqual([
    { item: "a", count: 2, reduction: "full" },
    { item: "f", count: 1, amount: 1234, reason: "複写" },
  ]);
});
