import { describe, expect, test } from "vitest";
import { lines, refuse, rows } from "./fileProblem";

describe("what is wrong in a file", () => {
  test("is listed from top to bottom, one place once", () => {
    const r = rows([
      { line: 12, column: "金額", message: "数字ではありません。" },
      { line: 3, column: "取引日時", message: "日時ではありません。" },
      { line: 12, column: "金額", message: "マイナスです。" },
      { line: 12, column: "金額", message: "数字ではありません。" },
      { message: "見出しがありません。" },
    ]);
    expect(r).toEqual([
      { line: undefined, column: "", messages: ["見出しがありません。"] },
      { line: 3, column: "取引日時", messages: ["日時ではありません。"] },
      { line: 12, column: "金額", messages: ["数字ではありません。", "マイナスです。"] },
    ]);
    expect(lines(r)).toBe(3);
  });
});

describe("a file that is not sent", () => {
  test.each([
    ["a.csv", 10, undefined],
    ["A.CSV", 10, undefined],
    ["a.xlsx", 10, "kind"],
    ["a.csv", 0, "empty"],
    ["a.csv", 60 * 1024 * 1024, "large"],
  ])("%s of %i bytes: %s", (name, size, why) => {
    expect(refuse({ name, size })).toBe(why);
  });
});
