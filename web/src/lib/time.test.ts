import { expect, test } from "vitest";
import { clockTime, dayWords, minutesUntil, standing } from "./time";

const now = new Date("2026-10-14T04:10:00Z"); // 13:10 in Japan
const scheduled = (starts_at: string) => standing({ state: "scheduled", starts_at }, now);

test("times are Japan's wall clock wherever the PC thinks it is", () => {
  expect(clockTime("2026-10-14T04:00:00Z")).toBe("13:00");
  expect(clockTime("2026-10-13T15:05:00Z")).toBe("00:05");
});

test("the day reads as on the wall calendar", () => {
  expect(dayWords(now, "ja")).toBe("10月14日（水）");
  expect(dayWords("2026-10-13T15:05:00Z", "ja")).toBe("10月14日（水）");
  expect(dayWords(now, "en")).toMatch(/Wed,? 14 October/);
});

test("minutes are rounded up, so that あと1分 lasts until the meeting begins", () => {
  expect(minutesUntil("2026-10-14T04:10:01Z", now)).toBe(1);
  expect(minutesUntil("2026-10-14T04:30:00Z", now)).toBe(20);
});

test("a meeting's standing follows the clock only while it is scheduled", () => {
  expect(scheduled("2026-10-14T04:30:00Z")).toEqual({ kind: "soon", minutes: 20 });
  expect(scheduled("2026-10-14T05:10:00Z")).toEqual({ kind: "soon", minutes: 60 });
  expect(scheduled("2026-10-14T05:11:00Z")).toEqual({ kind: "later" });
  expect(scheduled("2026-10-14T04:10:00Z")).toEqual({ kind: "due" });
  expect(scheduled("2026-10-14T03:00:00Z")).toEqual({ kind: "due" });
  expect(standing({ state: "open", starts_at: "2026-10-14T06:00:00Z" }, now)).toEqual({ kind: "open" });
  expect(standing({ state: "ended", starts_at: "2026-10-14T06:00:00Z" }, now)).toEqual({ kind: "ended" });
});
