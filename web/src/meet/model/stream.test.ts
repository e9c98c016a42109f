import { describe, expect, it } from "vitest";
import { RoomStream, type Source } from "./stream";

describe("stream", () => {
  class FakeSource implements Source {
    listeners = new Map<string, (e: MessageEvent<string>) => void>();
    onerror: ((e: Event) => void) | null = null;
    onopen: ((e: Event) => void) | null = null;
    closed = false;
    constructor(readonly url: string) {}
    addEventListener(type: string, l: (e: MessageEvent<string>) => void) {
      this.listeners.set(type, l);
    }
    close() {
      this.closed = true;
    }
    say(type: string, data: string) {
      this.listeners.get(type)?.({ data } as MessageEvent<string>);
    }
  }
  function make() {
    const sources: FakeSource[] = [];
    const waits: number[] = [];
    let run: () => void = () => {};
    const chat: number[] = [];
    const s = new RoomStream({
      meeting: "m 1",
      handlers: {
        state: () => {},
        reaction: () => {},
        notice: () => {},
        ice: () => {},
        chat: (m) => chat.push(m.number),
      },
      open: (url) => {
        const x = new FakeSource(url);
        sources.push(x);
        return x;
      },
      setTimer: (f, ms) => {
        waits.push(ms);
        run = f;
        return 1;
      },
      clearTimer: () => {},
    });
    return { s, sources, waits, chat, run: () => run() };
  }
  const message = (n: number) => JSON.stringify({ number: n });

  it("asks after a break for what comes after the last message, and hands each on once", () => {
    const { s, sources, chat, run, waits } = make();
    s.open();
    expect(sources[0]?.url).toBe("/api/meetings/m%201/events?after=0");
    for (const n of [1, 2, 2]) sources[0]?.say("chat", message(n));
    sources[0]?.onerror?.(new Event("error"));
    expect(sources[0]?.closed).toBe(true);
    run();
    expect(sources[1]?.url).toContain("after=2");
    for (const n of [2, 3]) sources[1]?.say("chat", message(n));
    sources[0]?.say("chat", message(9)); // the dead one is not listened to
    expect(chat).toEqual([1, 2, 3]);
    expect(waits).toEqual([500]);
  });

  it("waits longer each time, and survives an event it cannot read", () => {
    const { s, sources, run, waits, chat } = make();
    s.open();
    const silent = console.error;
    console.error = () => {};
    sources[0]?.say("chat", "{");
    console.error = silent;
    sources[0]?.say("chat", message(1));
    for (let i = 0; i < 5; i++) {
      sources.at(-1)?.onerror?.(new Event("error"));
      run();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 4000]);
    expect(chat).toEqual([1]);
  });

  it("stays closed", () => {
    const { s, sources } = make();
    s.open();
    s.close();
    s.reopen();
    expect(sources).toHaveLength(1);
  });
});
