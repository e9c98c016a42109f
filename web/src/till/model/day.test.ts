import { describe, expect, test } from "vitest";
import { addDays, dayText, fiscalYear, isDay, month, shortDay, when } from "./day";

describe("days", () => {
  test("go over months, years and leap days", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
  });
  test.each(["2026-02-30", "2026-13-01", "22.11.2026", ""])("%j is none", (s) => expect(isDay(s)).toBe(false));
  test("months and fiscal years have their ends", () => {
    expect(month("2026-11-22")).toEqual({ from: "2026-11-01", to: "2026-11-30" });
    expect(month("2026-01-31", -1)).toEqual({ from: "2025-12-01", to: "2025-12-31" });
    expect(fiscalYear("2026-03-31")).toEqual({ from: "2025-04-01", to: "2026-03-31" });
    expect(fiscalYear("2026-04-01").from).toBe("2026-04-01");
  });
  test("are written by the era in Japanese", () => {
    expect(dayText("2026-11-20", "ja")).toBe("令和8年11月20日（金）");
    expect(dayText("2026-11-20", "en")).toBe("20 Nov 2026");
    expect(dayText("soon", "ja")).toBe("soon");
    expect(shortDay("2026-11-20", "ja")).toBe("11月20日");
  });
});

test("a price is on from its first day to its last", () => {
  const p = { from: "2026-04-01", to: "2026-11-22" };
  expect([when(p, "2026-03-31"), when(p, "2026-04-01"), when(p, "2026-11-22"), when(p, "2026-11-23")]).toEqual([
    "later",
    "on",
    "on",
    "over",
  ]);
  expect(when({ from: "2026-04-01" }, "2099-01-01")).toBe("on");
});
