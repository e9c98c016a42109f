import { Fragment, type ReactNode } from "react";
import words from "./words.json";

/** What a resident may choose to read. Independent of the language of the office's own screens. */
export type Tongue = keyof typeof words;
export type Word = keyof (typeof words)["ja"];

export const tongues: readonly Tongue[] = ["ja", "easy", "en"];
/** For `lang`: plain Japanese is Japanese, with a private subtag. */
export const tags: Record<Tongue, string> = { ja: "ja", easy: "ja-x-easy", en: "en" };

const han = /([\u3400-\u9fff\u3005]+)\[([\u3040-\u309f\u30fc]+)\]/g;

/** Text with readings written as in 払[はら]う, as ruby. */
export function ruby(text: string): ReactNode {
  const out: ReactNode[] = [];
  let at = 0;
  for (const m of text.matchAll(han)) {
    out.push(<Fragment key={at}>{text.slice(at, m.index)}</Fragment>);
    out.push(
      <ruby key={`r${m.index}`}>
        {m[1]}
        <rt>{m[2]}</rt>
      </ruby>,
    );
    at = (m.index ?? 0) + m[0].length;
  }
  out.push(<Fragment key="end">{text.slice(at)}</Fragment>);
  return out;
}

/** The text without readings, for names that are read aloud. */
export function plain(text: string): string {
  return text.replace(han, "$1");
}

/** The words of a tongue. */
export function speak(tongue: Tongue) {
  const get = (w: Word, fill: Record<string, string | number> = {}) =>
    words[tongue][w].replace(/\{(\w+)\}/g, (_, k: string) => String(fill[k] ?? ""));
  return {
    say: (w: Word, fill?: Record<string, string | number>): ReactNode => ruby(get(w, fill)),
    text: (w: Word, fill?: Record<string, string | number>): string => plain(get(w, fill)),
    span: (s: number): string =>
      s < 60 ? get("seconds", { s }) : get("minutes", { m: Math.floor(s / 60), s: s % 60 }),
  };
}
