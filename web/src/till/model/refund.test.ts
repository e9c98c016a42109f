import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { setLanguage, startI18n } from "../../lib/i18n";

beforeAll(() => {
  startI18n();
});

test.each([
  ["show", true],
  ["scan", true],
  ["sticker", false],
  ["cash", false],
] as const)("agreeing to a refund of what was paid by %s says whether a provider is asked: %s", (way, asked) => {
  setLanguage("ja");
  const text = i18next.t(`till.refunds.agreeText.${way}`, { yen: "300" });
  expect(text).toContain("300円");
  expect(text.includes("すぐに決済事業者へ依頼します")).toBe(asked);
});
