import { describe, expect, it } from "vitest";
import { judgeQuality, SteadyQuality } from "./quality";

describe("quality", () => {
  const fine = {
    recovering: false,
    soundOnly: false,
    mark: "good",
    videos: 2,
    paused: 0,
    limited: false,
    line: false,
  } as const;
  it("is said in few words", () => {
    expect(judgeQuality(fine)).toBe("good");
    expect(judgeQuality({ ...fine, line: true })).toBe("good");
    expect(judgeQuality({ ...fine, paused: 2 })).toBe("audio");
    expect(judgeQuality({ ...fine, soundOnly: true })).toBe("audio");
    expect(judgeQuality({ ...fine, recovering: true, soundOnly: true })).toBe("recovering");
  });
  it("blames the line only when the line was measured to be the cause", () => {
    for (const sign of [{ paused: 1 }, { limited: true }, { mark: "poor" }, { mark: "lost" }] as const) {
      expect(judgeQuality({ ...fine, ...sign })).toBe("reduced");
      expect(judgeQuality({ ...fine, ...sign, line: true })).toBe("congested");
    }
  });
  it("changes the reason without starting to wait again", () => {
    const s = new SteadyQuality();
    s.reset(0);
    s.feed("reduced", 13_000);
    s.feed("congested", 15_000);
    expect(s.feed("congested", 17_000)).toBe("congested");
    expect(s.feed("reduced", 17_500)).toBe("reduced");
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
