import { expect, test } from "vitest";
import { plain, speak, tongues } from "./words";
import words from "./words.json";

test("every tongue says the same things and fills in the same values", () => {
  const holes = (s: string) => [...s.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
  for (const x of tongues) {
    expect(Object.keys(words[x]).sort()).toEqual(Object.keys(words.ja).sort());
    for (const k of Object.keys(words.ja) as (keyof typeof words.ja)[])
      expect([k, holes(words[x][k])]).toEqual([k, holes(words.ja[k])]);
  }
});

test("in plain Japanese every kanji has its reading, except in names and units", () => {
  for (const [k, v] of Object.entries(words.easy)) {
    if (["name", "watermark", "yen", "seconds", "minutes"].includes(k)) continue;
    expect([k, v.replace(/[\u3400-\u9fff\u3005]+\[[\u3040-\u309f\u30fc]+\]/g, "").match(/[\u3400-\u9fff]/g)]).toEqual([
      k,
      null,
    ]);
  }
});

test("readings are left out where a text is a name", () => {
  expect(plain("払[はら]う お金[かね]")).toBe("払う お金");
  expect(speak("easy").text("show3", { yen: "900" })).toBe("900円を 確かめて、払います");
});
