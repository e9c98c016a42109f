// The price list and the 告示 as their keeper reads them.
import type { Schemas } from "@/lib/api/client";
import { type When, when } from "./day";

type Item = Schemas["Item"];
type Designation = Schemas["Designation"];

export interface Priced {
  item: Item;
  when: When;
  /** the price that follows, where one is set */
  next?: Item;
}

export interface Shelf {
  code: string;
  name: string;
  rows: Priced[];
}

/**
 * Under each 科目 every code once: with the price of today, or the next, or the last there was. What is over stands at
 * the end and is shown only where it is asked for.
 */
export function shelves(items: readonly Item[], today: string, past = false): Shelf[] {
  const byCode = new Map<string, Item[]>();
  for (const i of items) byCode.set(i.code, [...(byCode.get(i.code) ?? []), i]);
  const out = new Map<string, Shelf>();
  const sorted = [...byCode.values()].map((all) => all.sort((a, b) => (a.from < b.from ? -1 : 1)));
  sorted.sort((a, b) => (a[0] as Item).order - (b[0] as Item).order);
  for (const all of sorted) {
    const now = all.find((i) => when(i, today) === "on");
    const next = all.find((i) => when(i, today) === "later");
    const item = now ?? next ?? (all.at(-1) as Item);
    const state = when(item, today);
    if (state === "over" && !past) continue;
    const shelf = out.get(item.category_code) ?? { code: item.category_code, name: item.category_name, rows: [] };
    shelf.rows.push({ item, when: state, next: now && next });
    out.set(item.category_code, shelf);
  }
  return [...out.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The 科目 that are sold, each once, for whoever has to choose among them. */
export function categories(items: readonly Item[]): { code: string; name: string }[] {
  const out = new Map<string, string>();
  for (const i of items) out.set(i.category_code, i.category_name);
  return [...out].map(([code, name]) => ({ code, name })).sort((a, b) => (a.code < b.code ? -1 : 1));
}

export interface Stand {
  wallet: Schemas["Wallet"];
  notices: Designation[];
  /** may be chosen today for something */
  kind: "retired" | "none" | "some" | "all";
}

/** Which wallet stands how: a retired one explains itself, one without a 告示 in force cannot be chosen. */
export function stands(wallets: readonly Schemas["Wallet"][], all: readonly Designation[], today: string): Stand[] {
  return wallets
    .filter((w) => w.id !== "cash" && w.id !== "training")
    .map((wallet) => {
      const notices = all.filter((d) => d.wallet === wallet.id).sort((a, b) => (a.from > b.from ? -1 : 1));
      const on = notices.filter((d) => when(d, today) === "on");
      if (wallet.retired !== undefined && wallet.retired <= today) return { wallet, notices, kind: "retired" };
      if (on.length === 0) return { wallet, notices, kind: "none" };
      return { wallet, notices, kind: on.some((d) => d.categories.length === 0) ? "all" : "some" };
    });
}
