import { expect, test } from "vitest";
import { digits, grouped } from "./digits";

test.each([
  ["482 913", "482913"],
  ["４８２　９１３", "482913"],
  ["482-913", "482913"],
  ["482ー913", "482913"],
  [" 72−60 ", "7260"],
  ["48a913", "48a913"],
])("what was typed as %j is the number %j", (typed, want) => {
  expect(digits(typed)).toBe(want);
});

test.each([
  ["482913", "482 913"],
  ["7260", "72 60"],
  ["0001", "00 01"],
  ["", ""],
])("%j is read aloud as %j", (number, want) => {
  expect(grouped(number)).toBe(want);
});
