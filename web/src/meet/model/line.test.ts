import { describe, expect, it } from "vitest";
import { LineJudge, type LineSample, noLine, readLine } from "./line";

/** Looks twice a second for so many seconds; `at` says what was counted by then. */
function watch(j: LineJudge, seconds: number, at: (s: number) => Partial<LineSample>, o = {}, from = 0) {
  const { limited, strained } = { limited: false, strained: false, ...o };
  let blamed = false;
  for (let s = 0; s <= seconds; s += 0.5)
    blamed = j.feed({ ...noLine, ...at(from + s) }, limited, strained, (from + s) * 1000);
  return blamed;
}

describe("the line", () => {
  it("is not blamed for a picture that is small for any other reason", () => {
    expect(watch(new LineJudge(), 10, (s) => ({ received: 100 * s, rtt: 20 }), { limited: true })).toBe(false);
    expect(
      watch(new LineJudge(), 10, (s) => ({ received: 100 * s, rtt: 20, estimate: 900_000 }), { limited: true }),
    ).toBe(false);
    // A line that was always long is not a busy one; three packets are no share.
    expect(watch(new LineJudge(), 10, (s) => ({ received: 100 * s, rtt: 400 }))).toBe(false);
    expect(watch(new LineJudge(), 10, (s) => ({ received: 2 * s, lost: s }))).toBe(false);
  });

  it("is blamed for packets lost either way, for answers that became late, and for an estimate without room", () => {
    expect(watch(new LineJudge(), 5, (s) => ({ received: 100 * s, lost: 8 * s }))).toBe(true);
    expect(watch(new LineJudge(), 5, (s) => ({ received: 100 * s, sentLost: 0.1 }))).toBe(true);
    expect(watch(new LineJudge(), 5, (s) => ({ received: 100 * s, rtt: s < 3 ? 20 : 400 }))).toBe(true);
    expect(watch(new LineJudge(), 5, () => ({ estimate: 120_000 }), { limited: true })).toBe(true);
    expect(watch(new LineJudge(), 5, () => ({ estimate: 120_000 }))).toBe(false);
  });

  it("is not blamed by a computer that does not keep up, whatever the figures", () => {
    const bad = (s: number) => ({ received: 100 * s, lost: 30 * s, sentLost: 0.2, rtt: 900, estimate: 50_000 });
    expect(watch(new LineJudge(), 10, bad, { limited: true, strained: true })).toBe(false);
  });

  it("stays to blame for 15 s, and a new connection begins without blame", () => {
    const j = new LineJudge();
    const lossy = (s: number) => ({ received: 100 * s, lost: Math.min(8 * s, 40) });
    expect(watch(j, 5, lossy)).toBe(true);
    expect(watch(j, 8, lossy, {}, 5.5)).toBe(true);
    expect(watch(j, 15, lossy, {}, 14)).toBe(false);
    expect(watch(j, 5, (s) => ({ received: 3000 + 100 * s, lost: 40 + 8 * s }), {}, 29.5)).toBe(true);
    j.reset();
    expect(watch(j, 1, () => ({ received: 10 }), {}, 35)).toBe(false);
  });

  it("is read from both peer connections together", () => {
    const report = (n: number) =>
      new Map<string, Record<string, unknown>>([
        ["T", { id: "T", type: "transport", selectedCandidatePairId: "P" }],
        [
          "P",
          { id: "P", type: "candidate-pair", currentRoundTripTime: n / 100, availableOutgoingBitrate: n * 100_000 },
        ],
        ["I", { id: "I", type: "inbound-rtp", packetsReceived: n * 100, packetsLost: n }],
        ["R", { id: "R", type: "remote-inbound-rtp", fractionLost: n / 10 }],
      ]) as unknown as RTCStatsReport;
    expect(readLine(report(1), readLine(report(2), noLine))).toEqual({
      received: 300,
      lost: 3,
      sentLost: 0.2,
      rtt: 20,
      estimate: 100_000,
    });
    expect(readLine(new Map() as unknown as RTCStatsReport, noLine)).toEqual(noLine);
  });
});
