import { expect, test } from "vitest";
import { Presses } from "./press";

function shelf() {
  const m = new Map<string, string>();
  return {
    getItem: (k: string) => m.get(k) ?? null,
    setItem: (k: string, v: string) => void m.set(k, v),
    removeItem: (k: string) => void m.delete(k),
  };
}
const counter = () => {
  let n = 0;
  return () => `k${++n}`;
};

test("the same press has the same key until it is answered", () => {
  const p = new Presses(shelf(), counter());
  expect(p.key("fix", [1])).toBe("k1");
  expect(p.key("fix", [1])).toBe("k1");
  p.settled("fix");
  expect(p.key("fix", [1])).toBe("k2");
});

test("other content or another intent is another press", () => {
  const p = new Presses(shelf(), counter());
  expect([p.key("fix", [1]), p.key("fix", [2]), p.key("drop", [2])]).toEqual(["k1", "k2", "k3"]);
});

test("a press nobody answered is still the same one after a reload", () => {
  const kept = shelf();
  expect(new Presses(kept, () => "before").key("fix", [1])).toBe("before");
  expect(new Presses(kept, () => "after").key("fix", [1])).toBe("before");
});

test("works where the browser keeps nothing", () => {
  const no = () => {
    throw new Error("forbidden");
  };
  const p = new Presses({ getItem: no, setItem: no, removeItem: no }, counter());
  expect([p.key("a"), p.key("a")]).toEqual(["k1", "k1"]);
  p.settled("a");
  expect(p.key("a")).toBe("k2");
});

test("a key is short enough for the server and unlike any other", () => {
  const p = new Presses(undefined);
  const [a, b] = [p.key("a"), p.key("b")];
  expect(a).not.toBe(b);
  expect(a.length).toBeLessThanOrEqual(64);
});
