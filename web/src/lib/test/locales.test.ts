import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("both languages say the same things, and Japanese is written nowhere else", () => {
  expect(execFileSync("node", ["scripts/i18n-check.mjs"], { encoding: "utf8" })).toMatch(/texts in both languages/);
});
