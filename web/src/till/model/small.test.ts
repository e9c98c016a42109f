import { describe, expect, test, vi } from "vitest";
import { amount, likely } from "./cash";
import { figures } from "./digits";
import { layoutOf, testCode } from "./layout";
import { character } from "./scanner";
import { Speaker, sounds } from "./sound";
import { follow, type Source } from "./stream";
import { screenTime, tail } from "./tick";

describe("cash", () => {
  test.each([
    [900, [900, 1000, 5000, 10000]],
    [1350, [1350, 1400, 1500, 2000, 5000]],
    [10000, [10000]],
  ])("%i yen is likely paid with %j", (due, want) => {
    expect(likely(due)).toEqual(want);
  });
  test.each([
    ["１，０００", 1000],
    ["1,000", 1000],
    ["", undefined],
    ["-5", undefined],
    ["10.5", undefined],
    ["千円", undefined],
  ])("%j typed is %s", (typed, want) => {
    expect(amount(typed)).toBe(want);
  });
});

describe("the time on a customer's screen", () => {
  const now = new Date("2026-11-22T05:06:20Z"); // 14:06:20 in the office
  test.each([
    ["14:05", "2026-11-22T05:05:00.000Z"],
    ["１４：０５", "2026-11-22T05:05:00.000Z"],
    ["1405", "2026-11-22T05:05:00.000Z"],
    ["9:59", "2026-11-22T00:59:00.000Z"],
    ["25:00", undefined],
    ["14:60", undefined],
    ["", undefined],
  ])("%j is %s", (typed, want) => {
    expect(screenTime(typed, now)).toBe(want);
  });
  test("of just before midnight belongs to the day before", () => {
    expect(screenTime("23:59", new Date("2026-11-22T15:00:30Z"))).toBe("2026-11-22T14:59:00.000Z");
  });
  test("has beside it four characters of the 取引番号, however they are typed", () => {
    expect([tail("５５６０"), tail("ab12"), tail("12"), tail("12345")]).toEqual(["5560", "AB12", undefined, undefined]);
  });
});

describe("figures on a key of the price list", () => {
  test("1 and then 2 are twelve, a pause begins anew", () => {
    const f = figures();
    f.press("1", 0);
    expect(f.typed()).toBe(1);
    f.press("2", 300);
    expect(f.typed()).toBe(12);
    f.press("3", 2000);
    expect(f.typed()).toBe(3);
  });
  test("of a barcode reader change nothing, and do not spoil what is typed after them", () => {
    const f = figures();
    for (const [i, d] of ["2", "8", "0"].entries()) f.press(d, 1000 + i * 8);
    expect(f.typed()).toBeUndefined();
    f.press("4", 3000);
    expect(f.typed()).toBe(4);
  });
});

test("the test code tells the layout of a reader, from either setting", () => {
  // What a reader set to one layout types, heard under the other.
  const keys: Record<string, [string, boolean]> = {
    "-": ["Minus", false],
    ":": ["Quote", false],
    "=": ["Minus", true],
  };
  const asJis = [...testCode].map((c) => {
    const k = keys[c];
    if (!k) return c;
    return character({ code: k[0], shiftKey: k[1] }, "us");
  });
  expect(layoutOf(testCode, "us")).toBe("us");
  expect(layoutOf(asJis.join(""), "us")).toBe("jis");
  const usKeys: Record<string, [string, boolean]> = {
    "-": ["Minus", false],
    ":": ["Semicolon", true],
    "=": ["Equal", false],
  };
  const asUs = [...testCode].map((c) => {
    const k = usKeys[c];
    if (!k) return c;
    return character({ code: k[0], shiftKey: k[1] }, "jis");
  });
  expect(layoutOf(asUs.join(""), "jis")).toBe("us");
  expect(layoutOf("4912345678904", "us")).toBeUndefined();
});

describe("the tones", () => {
  test("of the three results differ in number, height and direction", () => {
    const shape = (s: keyof typeof sounds) => sounds[s].map((x) => Math.sign(x.hz - (sounds[s][0]?.hz ?? 0))).join();
    expect(new Set(["paid", "not_paid", "checking"].map((s) => shape(s as keyof typeof sounds))).size).toBe(3);
  });
  test("are not made while muted, and a PC without sound is no error", () => {
    const make = vi.fn(() => {
      throw new Error("no audio");
    });
    const s = new Speaker(make);
    s.muted = true;
    s.play("paid");
    expect(make).not.toHaveBeenCalled();
    s.muted = false;
    s.play("paid");
    expect(make).toHaveBeenCalledOnce();
  });
});

describe("a stream", () => {
  class Fake implements Source {
    onerror: ((e: Event) => void) | null = null;
    onopen: ((e: Event) => void) | null = null;
    closed = false;
    heard: Record<string, (e: MessageEvent<string>) => void> = {};
    addEventListener(type: string, l: (e: MessageEvent<string>) => void) {
      this.heard[type] = l;
    }
    close() {
      this.closed = true;
    }
    say(type: string, data: string) {
      this.heard[type]?.({ data } as MessageEvent<string>);
    }
  }
  test("is opened anew when it breaks, waits longer each time, and says whether it is there", () => {
    const sources: Fake[] = [];
    const waits: number[] = [];
    let again = () => {};
    const got: unknown[] = [];
    const line: boolean[] = [];
    const stop = follow({
      url: "/x",
      on: { state: (x: unknown) => got.push(x) } as never,
      line: (up) => line.push(up),
      open: () => {
        const s = new Fake();
        sources.push(s);
        return s;
      },
      setTimer: (f, ms) => {
        waits.push(ms);
        again = f;
      },
      clearTimer: () => {},
    });
    sources[0]?.onopen?.(new Event("open"));
    sources[0]?.say("state", '{"a":1}');
    vi.spyOn(console, "warn").mockImplementation(() => {});
    sources[0]?.say("state", "not json");
    sources[0]?.onerror?.(new Event("error"));
    sources[0]?.say("state", '{"late":1}');
    again();
    sources[1]?.onerror?.(new Event("error"));
    again();
    expect(got).toEqual([{ a: 1 }]);
    expect(line).toEqual([true, false, false]);
    expect(waits).toEqual([500, 1000]);
    expect(sources.map((s) => s.closed)).toEqual([true, true, false]);
    stop();
    expect(sources[2]?.closed).toBe(true);
    again();
    expect(sources).toHaveLength(3);
  });
});
