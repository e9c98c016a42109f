import i18next from "i18next";
import { expect, test } from "vitest";
import { setLanguage, startI18n } from "./i18n";

const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { eager: true, import: "default" });

function keys(o: object, prefix = ""): string[] {
  return Object.entries(o).flatMap(([k, v]) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? keys(v, `${prefix}${k}.`)
      : [`${prefix}${k}`.replace(/_(one|other)$/, "")],
  );
}

// The Japanese of a refusal is the server's own sentence, so errors.json is longer in English.
test.each(Object.keys(files).filter((f) => f.includes("/ja/")))("%s has its English twin with the same keys", (ja) => {
  const twin = files[ja.replace("/ja/", "/en/")];
  expect(twin).toBeDefined();
  const [a, b] = [new Set(keys(files[ja] ?? {})), new Set(keys(twin ?? {}))];
  expect([...a].filter((k) => !b.has(k))).toEqual([]);
  if (!ja.endsWith("/errors.json")) expect([...b].filter((k) => !a.has(k))).toEqual([]);
});

test("the screen starts in Japanese and remembers a change", () => {
  localStorage.clear();
  startI18n();
  expect([i18next.language, document.documentElement.lang]).toEqual(["ja", "ja"]);
  setLanguage("en");
  expect([i18next.t("today.join"), document.documentElement.lang]).toEqual(["Join", "en"]);
  startI18n();
  expect(i18next.language).toBe("en");
  setLanguage("ja");
});

test("a stored language that we do not speak is Japanese", () => {
  localStorage.setItem("yakusho.language", "xx");
  startI18n();
  expect(i18next.language).toBe("ja");
});
