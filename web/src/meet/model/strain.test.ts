import { describe, expect, it } from "vitest";
import { StrainJudge, weakBySpec } from "./strain";

describe("strain", () => {
  it("gives up one thing after two bad windows and takes nothing back", () => {
    const j = new StrainJudge();
    const bad = { blocked: 0.7, decoded: 100, dropped: 0 };
    const good = { blocked: 0, decoded: 100, dropped: 0 };
    expect([j.feed(bad), j.feed(good), j.feed(bad), j.feed(bad), j.feed(good)]).toEqual([0, 0, 0, 1, 1]);
    expect(j.feed({ blocked: 0, decoded: 60, dropped: 40 })).toBe(1);
    expect(j.feed({ blocked: 0, decoded: 60, dropped: 40 })).toBe(2);
  });
  it("is strained from the first bad window, and for good after something was given up", () => {
    const j = new StrainJudge();
    const bad = { blocked: 0.7, decoded: 100, dropped: 0 };
    const good = { blocked: 0, decoded: 100, dropped: 0 };
    const then = (s: typeof bad) => {
      j.feed(s);
      return j.strained;
    };
    expect([j.strained, then(bad), then(good), then(bad), then(bad), then(good)]).toEqual([
      false,
      true,
      false,
      true,
      true,
      true,
    ]);
  });
  it("offers no effects to two cores", () => {
    expect([weakBySpec(2, 8), weakBySpec(4, 2), weakBySpec(4, 8), weakBySpec(undefined, undefined)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
