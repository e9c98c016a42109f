import { describe, expect, it } from "vitest";
import { judgeQuality, SteadyQuality } from "./quality";

describe("quality", () => {
  const fine = { recovering: false, soundOnly: false, mark: "good", videos: 2, paused: 0, limited: false } as const;
  it("is said in four words", () => {
    expect(judgeQuality(fine)).toBe("good");
    expect(judgeQuality({ ...fine, paused: 1 })).toBe("congested");
    expect(judgeQuality({ ...fine, paused: 2 })).toBe("audio");
    expect(judgeQuality({ ...fine, soundOnly: true })).toBe("audio");
    expect(judgeQuality({ ...fine, recovering: true, soundOnly: true })).toBe("recovering");
  });
  it("does not flicker, and a connection that is feeling its way up is not called busy", () => {
    const s = new SteadyQuality();
    s.reset(0);
    expect(s.feed("congested", 5000)).toBe("good");
    expect(s.feed("congested", 13_000)).toBe("good");
    expect(s.feed("congested", 17_000)).toBe("congested");
    expect(s.feed("good", 18_000)).toBe("congested");
    expect(s.feed("good", 23_000)).toBe("good");
    expect(s.feed("recovering", 23_100)).toBe("recovering");
    expect(s.feed("good", 23_200)).toBe("good");
  });
});
