import { describe, expect, test } from "vitest";
import {
  left,
  merge,
  newer,
  nothing,
  type Phase,
  resultOf,
  type State,
  screen,
  seconds,
  strip,
  type View,
  withSale,
} from "./desk";

const now = new Date("2026-11-22T01:42:30Z");
const at = (s: number) => new Date(now.getTime() + s * 1000).toISOString();

function view(
  id: string,
  o: {
    phase?: Phase;
    state?: View["sale"]["state"];
    number?: number;
    version?: number;
    fixed?: number;
    ended?: number;
  } = {},
): View {
  const sale = { id, label: `1-${id}`, state: o.state ?? "open", fixed_at: at(o.fixed ?? -60) } as View["sale"];
  if (o.ended !== undefined) sale.ended_at = at(o.ended);
  if (!o.phase) return { sale };
  const attempt = {
    id: `${id}.${o.number ?? 1}`,
    sale: id,
    phase: o.phase,
    number: o.number ?? 1,
    version: o.version ?? 1,
  };
  return { sale, attempt: attempt as View["attempt"] };
}
const state = (open: View[], last?: View): State =>
  ({ session: { id: "s1" }, open, time: now.toISOString(), ...(last ? { last } : {}) }) as State;

describe("the screen", () => {
  test("is the price list while no sale is open", () => {
    expect(screen(state([]), nothing).kind).toBe("cart");
  });
  test.each<[Phase, string]>([
    ["starting", "wait"],
    ["waiting", "wait"],
    ["checking", "checking"],
    ["not_paid", "not_paid"],
    ["shown", "paid"],
    ["paid", "paid"],
  ])("of an attempt that is %s is %s", (phase, kind) => {
    expect(screen(state([view("a", { phase })]), nothing).kind).toBe(kind);
  });
  test("of a fixed sale without an attempt lets choose a way", () => {
    expect(screen(state([view("a")]), nothing).kind).toBe("choose");
  });
  test("lets choose again only after the not-paid result was left, and only for that attempt", () => {
    const first = view("a", { phase: "not_paid" });
    const local = { ...nothing, left: [resultOf(first)] };
    expect(screen(state([first]), local).kind).toBe("choose");
    expect(screen(state([view("a", { phase: "not_paid", number: 2 })]), local).kind).toBe("not_paid");
  });
  test("never lets charge a sale whose end is unknown, whatever was pressed", () => {
    const v = view("a", { phase: "checking" });
    for (const left of [[], [resultOf(v)]])
      expect(screen(state([v]), { ...nothing, chosen: "a", left }).kind).toBe("checking");
  });
  test("is the result of its sale until it is left, however long that takes, also after a reload", () => {
    const paid = view("a", { phase: "paid", state: "paid", ended: -6000 });
    const here = { ...nothing, chosen: "a" };
    expect(screen(state([], paid), here).kind).toBe("paid");
    expect(screen(state([], paid), { ...here, left: [resultOf(paid)] }).kind).toBe("cart");
  });
  test("of another PC at the same counter does not begin with somebody's result", () => {
    expect(screen(state([], view("a", { phase: "paid", state: "paid", ended: -5 })), nothing).kind).toBe("cart");
  });
  test("is free for the next customer once an unknown one was set aside, which stays in the strip", () => {
    const a = view("a", { phase: "checking", fixed: -100 });
    const b = view("b", { phase: "waiting", fixed: -5 });
    const local = { ...nothing, aside: ["a"] };
    expect(screen(state([a]), local).kind).toBe("cart");
    const on = screen(state([b, a]), local);
    expect(on).toMatchObject({ kind: "wait", view: { sale: { id: "b" } } });
    expect(strip(state([b, a]), local, on).map((v) => v.sale.id)).toEqual(["a"]);
  });
  test("keeps what was set aside in the strip when it is decided, until somebody has read it", () => {
    const a = view("a", { phase: "paid", state: "paid", ended: -1 });
    const local = { ...nothing, aside: ["a"] };
    const on = screen(state([], a), local);
    expect(on.kind).toBe("cart");
    expect(strip(state([], a), local, on)).toHaveLength(1);
    // Over longer ago: the server does not send it any more, it was fetched by itself.
    expect(strip(state([]), local, on, [a])).toHaveLength(1);
    expect(screen(state([]), { ...nothing, chosen: "a" }, [a]).kind).toBe("paid");
    expect(screen(state([]), { ...nothing, chosen: "a", left: [resultOf(a)] }, [a]).kind).toBe("cart");
  });
});

describe("an answer and an event that cross each other", () => {
  test("the one that knows more wins, in either order", () => {
    const sent = view("a", { phase: "waiting", version: 2 });
    const paid = view("a", { phase: "paid", state: "paid", version: 3 });
    expect(newer(sent, paid)).toBe(paid);
    expect(newer(paid, sent)).toBe(paid);
    expect(newer(view("a", { phase: "not_paid" }), view("a", { phase: "waiting", number: 2 })).attempt?.number).toBe(2);
  });
  test("an old state does not take a result back", () => {
    const moved = withSale(
      state([view("a", { phase: "waiting", version: 2 })]),
      view("a", { phase: "paid", state: "paid", version: 3, ended: 0 }),
    );
    expect(moved.open).toEqual([]);
    const merged = merge(moved, state([view("a", { phase: "waiting", version: 2 })]));
    expect(screen(merged, { ...nothing, chosen: "a" }).kind).toBe("paid");
  });
  test("a sale fixed while an answer was on its way is not lost", () => {
    const old = state([view("b", { fixed: 1 })]);
    expect(merge(old, state([])).open.map((v) => v.sale.id)).toEqual(["b"]);
  });
  test("a sale the server has closed is gone", () => {
    expect(merge(state([view("b", { fixed: -100 })]), state([])).open).toEqual([]);
  });
  test("another session shares nothing", () => {
    const other = { ...state([]), session: { id: "s2" } } as State;
    expect(merge(state([view("a")]), other)).toBe(other);
  });
});

test("seconds count up from a start and down to an end, and never below nought", () => {
  expect(seconds(at(-38.7), now)).toBe(38);
  expect(seconds(at(5), now)).toBe(0);
  expect(left(at(281.2), now)).toBe(282);
  expect(left(at(-1), now)).toBe(0);
});
