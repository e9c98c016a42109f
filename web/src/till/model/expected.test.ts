import { expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { expected } from "./expected";

const book = (day: string, cashless: number, training = false) => ({
  session: { day, training } as Schemas["TillSession"],
  cashless,
});

test("files are due for the days with cashless revenue that none covers, up to yesterday", () => {
  const books = [book("2026-11-18", 900), book("2026-11-19", 0), book("2026-11-20", 300), book("2026-11-22", 300)];
  expect(expected([{ from: "2026-11-18", to: "2026-11-18" }], books, "2026-11-22")).toEqual({
    days: 1,
    from: "2026-11-20",
    to: "2026-11-20",
    last: "2026-11-18",
  });
});

test("practice makes no file, two counters of a day are one day", () => {
  const books = [book("2026-11-20", 900), book("2026-11-20", 300), book("2026-11-21", 300, true)];
  expect(expected([], books, "2026-11-22")).toMatchObject({ days: 1, last: undefined });
});
