// Which screen a clerk sees, from what the server says and from what was pressed here.
import type { Schemas } from "@/lib/api/client";

export type State = Schemas["SessionState"];
export type View = Schemas["SaleView"];
export type Phase = Schemas["Attempt"]["phase"];

/** What is known here only. It survives a reload in this tab; where it is lost, nothing that matters is. */
export interface Local {
  /** sales set aside while their end is open, oldest first */
  aside: string[];
  /** results that were read and left, the last ones */
  left: string[];
  /** the sale on this screen; its result stays until it is left */
  chosen: string | undefined;
}

export const nothing: Local = { aside: [], left: [], chosen: undefined };

export type Screen =
  | { kind: "cart" }
  | { kind: "choose"; view: View }
  | { kind: "wait"; view: View; attempt: Schemas["Attempt"] }
  | { kind: "checking"; view: View; attempt: Schemas["Attempt"] }
  | { kind: "paid"; view: View }
  | { kind: "not_paid"; view: View; attempt: Schemas["Attempt"] };

/** The screen of one sale. `left` says that its not-paid result was read and another way is being chosen. */
export function screenOf(view: View, left: boolean): Screen {
  const { sale, attempt } = view;
  if (sale.state === "paid") return { kind: "paid", view };
  if (sale.state !== "open") return { kind: "cart" };
  if (attempt === undefined) return { kind: "choose", view };
  switch (attempt.phase) {
    case "starting":
    case "waiting":
      return { kind: "wait", view, attempt };
    case "checking":
      return { kind: "checking", view, attempt };
    case "paid":
    case "shown":
      return { kind: "paid", view };
    case "not_paid":
      return left ? { kind: "choose", view } : { kind: "not_paid", view, attempt };
  }
}

/** The name under which a not-paid result is left: the next attempt of the sale has its own. */
export function resultOf(view: View): string {
  return view.attempt ? `${view.sale.id}#${view.attempt.number}` : view.sale.id;
}

/** Every sale that may concern the screen, newest first, each once. */
export function known(state: State, more: readonly View[] = []): View[] {
  const all = new Map<string, View>();
  for (const v of [...state.open, ...(state.last ? [state.last] : []), ...more]) {
    const old = all.get(v.sale.id);
    all.set(v.sale.id, old ? newer(old, v) : v);
  }
  return [...all.values()].sort((a, b) => b.sale.fixed_at.localeCompare(a.sale.fixed_at));
}

/** What fills the screen now. */
export function screen(state: State, local: Local, more: readonly View[] = []): Screen {
  const views = known(state, more);
  const by = (id: string | undefined) => views.find((v) => v.sale.id === id);
  const current = by(local.chosen) ?? views.find((v) => v.sale.state === "open" && !local.aside.includes(v.sale.id));
  if (current && !(current.sale.state !== "open" && gone(current, local))) {
    return screenOf(current, gone(current, local));
  }
  return { kind: "cart" };
}

function gone(v: View, local: Local): boolean {
  return local.left.includes(resultOf(v));
}

/** The sales beside the one on the screen: set aside, or open for another reason. */
export function strip(state: State, local: Local, onScreen: Screen, more: readonly View[] = []): View[] {
  const here = "view" in onScreen ? onScreen.view.sale.id : undefined;
  return known(state, more).filter(
    (v) => v.sale.id !== here && (v.sale.state === "open" || local.aside.includes(v.sale.id)) && !gone(v, local),
  );
}

/** Of two views of one sale the one that knows more. */
export function newer(a: View, b: View): View {
  const over = (v: View) => (v.sale.state === "open" ? 0 : v.sale.state === "voided" ? 2 : 1);
  if (over(a) !== over(b)) return over(a) > over(b) ? a : b;
  const n = (v: View) => v.attempt?.number ?? 0;
  if (n(a) !== n(b)) return n(a) > n(b) ? a : b;
  return (a.attempt?.version ?? 0) > (b.attempt?.version ?? 0) ? a : b;
}

/** A state with what an earlier one knows better: an answer may be overtaken by an event. */
export function merge(old: State | undefined, got: State): State {
  if (old === undefined || old.session.id !== got.session.id) return got;
  const before = new Map(known(old).map((v) => [v.sale.id, v]));
  let last = got.last;
  const open: View[] = [];
  for (const v of got.open) {
    const x = before.get(v.sale.id);
    const best = x ? newer(x, v) : v;
    if (best.sale.state === "open") open.push(best);
    else if (!last || last.sale.fixed_at < best.sale.fixed_at) last = best;
  }
  // Fixed while the answer was on its way.
  for (const v of old.open) {
    if (v.sale.fixed_at > got.time && !open.some((o) => o.sale.id === v.sale.id)) open.unshift(v);
  }
  if (old.last && (!last || last.sale.fixed_at < old.last.sale.fixed_at)) last = old.last;
  else if (old.last && last && old.last.sale.id === last.sale.id) last = newer(old.last, last);
  return { ...got, open, ...(last ? { last } : {}) };
}

/** A state after one sale was seen to move. */
export function withSale(state: State, view: View): State {
  const old = known(state).find((v) => v.sale.id === view.sale.id);
  const best = old ? newer(old, view) : view;
  const rest = state.open.filter((v) => v.sale.id !== best.sale.id);
  if (best.sale.state === "open") {
    const open = [...rest, best].sort((a, b) => b.sale.fixed_at.localeCompare(a.sale.fixed_at));
    return { ...state, open };
  }
  const last = !state.last || state.last.sale.fixed_at <= best.sale.fixed_at ? best : state.last;
  return { ...state, open: rest, last };
}

/** Whole seconds from then to now, never negative. */
export function seconds(then: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(then)) / 1000));
}

/** Whole seconds from now until then, never negative. */
export function left(then: string, now: Date): number {
  return Math.max(0, Math.ceil((Date.parse(then) - now.getTime()) / 1000));
}
