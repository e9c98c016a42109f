import { describe, expect, it } from "vitest";
import { type PathSample, Watchdog } from "./watchdog";

/** A path whose counters are moved by hand and looked at every half second. */
class Line {
  now = 1000;
  dog = new Watchdog();
  sub: PathSample = { transport: "subscriber", pair: "a", received: 0, responses: 0, requests: 0, asked: 0 };

  look(change: Partial<PathSample>, o: { expecting?: boolean; ms?: number } = {}) {
    this.now += o.ms ?? 500;
    this.sub = { ...this.sub, ...change };
    return this.dog.look([this.sub], o.expecting ?? true, this.now);
  }

  /** busy for a while */
  warm() {
    for (let i = 0; i < 10; i++) expect(this.look({ received: this.sub.received + 50 })).toBe("alive");
    return this;
  }
}

describe("watchdog", () => {
  it("calls a busy path dead within two seconds of the last packet", () => {
    const l = new Line().warm();
    const cut = l.now;
    let state = l.look({});
    expect(state).toBe("silent");
    while (state !== "dead") state = l.look({}, { ms: 150 });
    expect(l.now - cut).toBeLessThanOrEqual(2000);
    expect(l.now - cut).toBeGreaterThanOrEqual(1500);
  });

  it("leaves a room alone in which everyone is muted", () => {
    const l = new Line().warm();
    for (let i = 0; i < 60; i++) {
      // Only the browser's own checks every 2.5 s, each answered.
      const n = Math.floor(i / 5);
      expect(l.look({ requests: n, responses: n }, { expecting: false })).toBe("alive");
    }
  });

  it("notices in a quiet room that checks stay unanswered", () => {
    const l = new Line().warm();
    let state = "alive";
    let requests = 0;
    const cut = l.now;
    while (state !== "dead" && l.now - cut < 20_000) {
      requests += l.now - cut > 2500 ? 1 : 0;
      state = l.look({ requests }, { expecting: false });
    }
    expect(state).toBe("dead");
    expect(l.now - cut).toBeLessThanOrEqual(6000);
  });

  it("notices a path that is cut in our direction only", () => {
    const l = new Line().warm();
    let state = "alive";
    for (let i = 0; i < 20 && state !== "dead"; i++) state = l.look({ received: l.sub.received + 50, requests: i });
    expect(state).toBe("dead");
  });

  it("has patience with a line that has been making pauses all along", () => {
    const l = new Line();
    // One packet a second, as on a line with control traffic only.
    for (let i = 0; i < 20; i++) l.look(i % 2 === 0 ? { received: l.sub.received + 1 } : {});
    l.look({ received: l.sub.received + 1 });
    for (let i = 0; i < 4; i++) expect(l.look({})).not.toBe("dead");
    expect(l.look({})).toBe("dead");
  });

  it("does not take the sleep of the computer for a dead line", () => {
    const l = new Line().warm();
    expect(l.look({}, { ms: 60_000 })).toBe("alive");
    expect(l.look({})).toBe("alive");
  });

  it("starts anew when another pair is selected", () => {
    const l = new Line().warm();
    l.look({}, { ms: 1000 });
    expect(l.look({ pair: "b", received: 0 }, { ms: 900 })).toBe("alive");
  });

  it("says nothing before there is a path", () => {
    expect(new Watchdog().look([], true, 5)).toBe("alive");
  });
});
