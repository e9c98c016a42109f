import { describe, expect, test } from "vitest";
import { balance, begun, counted, denominations, isNote, pieces } from "./coins";

describe("counting a drawer", () => {
  test("adds up notes and coins", () => {
    expect(counted({ 10000: "3", 1000: "7", 500: "2", 100: "13", 10: "5", 1: "4" })).toBe(39_354);
  });
  test("takes full-width digits, commas and spaces as the IME writes them", () => {
    expect(counted({ 1000: "３０", 1: " 1,200 " })).toBe(31_200);
  });
  test.each(["-1", "1.5", "三", "123456"])("does not guess at %j", (typed) => {
    expect(pieces(typed)).toBeUndefined();
    expect(counted({ 100: typed, 10: "1" })).toBeUndefined();
  });
  test("an untouched sheet is no count, an empty drawer is one", () => {
    expect(begun({})).toBe(false);
    expect(begun({ 100: "  " })).toBe(false);
    expect(begun({ 100: "0" })).toBe(true);
    expect(counted({ 100: "0" })).toBe(0);
  });
  test("notes end at a thousand yen", () => {
    expect(denominations.filter(isNote)).toEqual([10_000, 5_000, 2_000, 1_000]);
  });
});

describe("the difference of a drawer", () => {
  test("is named by its side", () => {
    expect(balance(69_050, 69_050)).toEqual({ kind: "even" });
    expect(balance(69_350, 69_050)).toEqual({ kind: "over", yen: 300 });
    expect(balance(68_750, 69_050)).toEqual({ kind: "short", yen: 300 });
  });
});
