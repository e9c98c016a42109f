import { describe, expect, it } from "vitest";
import { Outbox, type Sent } from "./outbox";

class Store {
  map = new Map<string, string>();
  getItem = (k: string) => this.map.get(k) ?? null;
  setItem = (k: string, v: string) => void this.map.set(k, v);
  removeItem = (k: string) => void this.map.delete(k);
}

const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** An outbox whose server answers what the script says, in order. */
function make(script: Sent[], storage = new Store()) {
  const sent: string[] = [];
  let n = 0;
  let held: (() => void) | undefined;
  const box = new Outbox({
    storage,
    meeting: "m1",
    newKey: () => `key-${++n}`,
    send: async (key, text) => {
      sent.push(`${key}:${text}`);
      return script.shift() ?? { ok: true };
    },
    wait: () =>
      new Promise((r) => {
        held = r;
      }),
  });
  return { box, sent, storage, pass: () => held?.() };
}

const again: Sent = { ok: false, again: true, why: "" };

describe("outbox", () => {
  it("sends in order and forgets what was kept", async () => {
    const { box, sent, storage } = make([]);
    box.add("一");
    box.add(" 二 ");
    await settle();
    expect(sent).toEqual(["key-1:一", "key-2:二"]);
    expect(box.pending.get()).toEqual([]);
    expect(storage.map.size).toBe(0);
  });

  it("tries again with the same key until the server has answered", async () => {
    const { box, sent, pass } = make([again, again]);
    box.add("一");
    await settle();
    pass();
    await settle();
    pass();
    await settle();
    expect(sent).toEqual(["key-1:一", "key-1:一", "key-1:一"]);
    expect(box.pending.get()).toEqual([]);
  });

  it("keeps unsent messages and the draft over a reload", async () => {
    const storage = new Store();
    const first = make([again], storage);
    first.box.add("一");
    first.box.draft = "途中";
    await settle();
    first.box.close();
    const second = make([], storage);
    expect(second.box.draft).toBe("途中");
    await settle();
    expect(second.sent).toEqual(["key-1:一"]);
  });

  it("does not let a refused message hold up the next, and sends it under a new key when asked", async () => {
    const { box, sent } = make([{ ok: false, again: false, why: "長すぎます" }]);
    box.add("一");
    box.add("二");
    await settle();
    expect(sent).toEqual(["key-1:一", "key-2:二"]);
    expect(box.pending.get()).toEqual([{ key: "key-1", text: "一", refused: "長すぎます" }]);
    box.retry("key-1");
    await settle();
    expect(sent.at(-1)).toBe("key-3:一");
    expect(box.pending.get()).toEqual([]);
  });

  it("takes a message off when it comes back down the stream before the answer", async () => {
    const { box } = make([again]);
    box.add("一");
    await settle();
    box.arrived("key-1");
    expect(box.pending.get()).toEqual([]);
  });

  it("lives without storage", async () => {
    const broken = {
      getItem: () => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("forbidden");
      },
      removeItem: () => {
        throw new Error("forbidden");
      },
    };
    const sent: string[] = [];
    const box = new Outbox({
      storage: broken,
      meeting: "m",
      send: async (_, t) => {
        sent.push(t);
        return { ok: true };
      },
      newKey: () => "k1234567",
    });
    box.add("一");
    await settle();
    expect(sent).toEqual(["一"]);
  });
});
