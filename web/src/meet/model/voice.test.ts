import { describe, expect, it } from "vitest";
import { bars, SpeechDetector } from "./voice";

describe("speech while muted", () => {
  it("hears speech over the noise of the room, and neither noise nor a door", () => {
    const d = new SpeechDetector();
    for (let i = 0; i < 300; i++) expect(d.feed(0.006 + (i % 3) * 0.001)).toBe(false);
    expect([d.feed(0.3), d.feed(0.2), d.feed(0.006), d.feed(0.006)]).toEqual([false, false, false, false]);
    let heard = false;
    for (let i = 0; i < 12; i++) heard = d.feed(i % 4 === 3 ? 0.01 : 0.08) || heard;
    expect(heard).toBe(true);
  });
  it("lights no bar in silence and all of them never below full scale", () => {
    expect(bars(0, 13)).toBe(0);
    expect(bars(0.05, 13)).toBeGreaterThan(6);
    expect(bars(1, 13)).toBe(13);
  });
});
