import { describe, expect, it } from "vitest";
import { backOff, judgeRefusal, life, next } from "./life";

describe("life of a stay", () => {
  it("is this table and no other", () => {
    const rows = Object.entries(life).flatMap(([from, steps]) =>
      Object.entries(steps).map(([s, to]) => `${from} --${s}--> ${to}`),
    );
    expect(rows).toEqual([
      "idle --join--> joining",
      "idle --finish--> ended",
      "joining --connected--> live",
      "joining --finish--> ended",
      "live --lost--> recovering",
      "live --finish--> ended",
      "recovering --connected--> live",
      "recovering --finish--> ended",
      "ended --join--> joining",
    ]);
  });

  it("ignores what cannot happen", () => {
    expect(next("ended", "connected")).toBe("ended");
    expect(next("idle", "lost")).toBe("idle");
  });

  it("waits longer and longer, then two seconds for ever", () => {
    expect([0, 1, 2, 3, 4, 100].map(backOff)).toEqual([0.3, 0.7, 1.5, 2, 2, 2]);
  });
});

describe("refusals", () => {
  it("end the stay when there is nothing to come back to", () => {
    expect(judgeRefusal("removed", 403, "", true)).toEqual({ kind: "removed" });
    expect(judgeRefusal("meeting_ended", 410, "", true)).toEqual({ kind: "ended" });
    expect(judgeRefusal("signed_out", 401, "", true)).toEqual({ kind: "signed_out" });
    expect(judgeRefusal("meeting_locked", 403, "鍵", false)).toEqual({
      kind: "refused",
      code: "meeting_locked",
      detail: "鍵",
    });
  });

  it("of a server in trouble are no answer", () => {
    expect(judgeRefusal("network", 0, "", false)).toBe("again");
    expect(judgeRefusal("internal", 500, "", false)).toBe("again");
    expect(judgeRefusal("too_fast", 429, "", true)).toBe("again");
  });

  it("for want of room turn away whoever was not in, and let the others wait", () => {
    expect(judgeRefusal("meeting_full", 503, "満員", false)).toEqual({
      kind: "refused",
      code: "meeting_full",
      detail: "満員",
    });
    expect(judgeRefusal("meeting_full", 503, "満員", true)).toBe("again");
  });
});
