// What a customer is going to owe, while it is being chosen. The sums here are for the eye; the server counts for itself
// when the sale is fixed, by the same rule: a part of a yen is in the customer's favour.
import type { Schemas } from "@/lib/api/client";

type Item = Schemas["Item"];
type Reduction = Schemas["Reduction"];

/** One line. `amount` and `reason` are of an item whose amount is typed. */
export interface Line {
  item: string;
  count: number;
  reduction?: string;
  amount?: number;
  reason?: string;
}

/** What there is to choose from, by id. */
export interface Goods {
  items: ReadonlyMap<string, Item>;
  reductions: ReadonlyMap<string, Reduction>;
}

export const most = 999;

export function goods(list: Schemas["PriceList"]): Goods {
  return {
    items: new Map(list.groups.flatMap((g) => g.items).map((i) => [i.id, i])),
    reductions: new Map(list.reductions.map((r) => [r.id, r])),
  };
}

/** One more of an item: on its line without a reduction, else on a new line. */
export function add(cart: readonly Line[], item: string, n = 1): Line[] {
  const at = cart.findIndex((l) => l.item === item && l.amount === undefined && l.reduction === undefined);
  if (at < 0) return [...cart, { item, count: Math.min(n, most) }];
  return cart.map((l, i) => (i === at ? { ...l, count: Math.min(l.count + n, most) } : l));
}

/** Sets the count of a line; nought takes it away. */
export function setCount(cart: readonly Line[], at: number, count: number): Line[] {
  if (count <= 0) return cart.filter((_, i) => i !== at);
  return cart.map((l, i) => (i === at ? { ...l, count: Math.min(Math.floor(count), most) } : l));
}

export function reduce(cart: readonly Line[], at: number, reduction: string | undefined): Line[] {
  return cart.map((l, i) => {
    if (i !== at) return l;
    const { reduction: _, ...rest } = l;
    return reduction === undefined ? rest : { ...rest, reduction };
  });
}

export interface Priced {
  line: Line;
  name: string;
  unit: string;
  gross: number;
  amount: number;
  reduction: string | undefined;
}

/** The lines with their prices. A line whose item is not sold any more is left out; the server would refuse it. */
export function price(cart: readonly Line[], g: Goods): Priced[] {
  return cart.flatMap((line) => {
    const it = g.items.get(line.item);
    if (it === undefined) return [];
    const r = line.reduction === undefined ? undefined : g.reductions.get(line.reduction);
    const gross = (it.free ? (line.amount ?? 0) : it.price) * line.count;
    const amount = r ? Math.floor((gross * (100 - r.percent)) / 100) : gross;
    return [{ line, name: it.name, unit: it.unit, gross, amount, reduction: r?.name }];
  });
}

export function total(lines: readonly Priced[]): number {
  return lines.reduce((n, l) => n + l.amount, 0);
}

export function count(lines: readonly { count: number }[]): number {
  return lines.reduce((n, l) => n + l.count, 0);
}

/** What the server is told. */
export function choices(cart: readonly Line[]): Schemas["Choice"][] {
  return cart.map((l) => ({ ...l }));
}

/** The cart of a sale that was fixed before, so that it can be changed. Items of the same name at another price are found by id only. */
export function again(sale: Schemas["Sale"], g: Goods): Line[] {
  const byName = new Map([...g.reductions.values()].map((r) => [r.name, r.id]));
  return sale.lines.flatMap((l) => {
    const it = g.items.get(l.item);
    if (it === undefined) return [];
    const line: Line = { item: l.item, count: l.count };
    const r = l.reduction ? byName.get(l.reduction) : undefined;
    if (r !== undefined) line.reduction = r;
    if (it.free) {
      line.amount = l.price;
      line.reason = l.reason ?? "";
    }
    return [line];
  });
}

/** The unit if it is the same for all, so that 合計 can say 4通. */
export function commonUnit(units: readonly string[]): string | undefined {
  const first = units[0];
  return first !== undefined && units.every((u) => u === first) ? first : undefined;
}
