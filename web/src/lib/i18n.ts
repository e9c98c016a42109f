import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "ja" | "en";
export const languages: readonly Language[] = ["ja", "en"];

const storageKey = "yakusho.language";

// locales/<language>/<part>.json becomes the keys <part>.*; a new file needs no registration.
const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { eager: true, import: "default" });

function resources(): Record<Language, { translation: Record<string, unknown> }> {
  const out = {
    ja: { translation: {} as Record<string, unknown> },
    en: { translation: {} as Record<string, unknown> },
  };
  for (const [path, content] of Object.entries(files)) {
    const m = /\/(ja|en)\/([^/]+)\.json$/.exec(path);
    if (m) out[m[1] as Language].translation[m[2] as string] = content;
  }
  return out;
}

function stored(): Language {
  try {
    return localStorage.getItem(storageKey) === "en" ? "en" : "ja";
  } catch {
    return "ja"; // storage forbidden by policy: the default is fine
  }
}

/** Starts the translations. Japanese unless this browser chose English before. */
export function startI18n(language: Language = stored()): i18n {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "ja",
    resources: resources(),
    interpolation: { escapeValue: false }, // React escapes
    initAsync: false,
    returnNull: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Switches the language of the whole screen and remembers it in this browser. */
export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // storage forbidden: the choice lasts until the page is closed
  }
}
