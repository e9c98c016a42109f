import { type KeyboardEvent, useRef, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Icon } from "@/ui";
import { add, type Goods, type Line, setCount } from "../../model/cart";
import { figures, settle } from "../../model/digits";
import { Yen } from "../../ui";
import { FreeDialog } from "./FreeDialog";
import { Slip } from "./Slip";
import { type Way, WayBar } from "./WayBar";

type Item = Schemas["Item"];

export interface CartScreenProps {
  list: Schemas["PriceList"];
  goods: Goods;
  cart: Line[];
  setCart: (f: (old: Line[]) => Line[]) => void;
  ways: Partial<Record<Way, string>>;
  pending: boolean;
  onWay: (way: Way) => void;
}

/** What the customer wants: the price list on the left, the slip on the right, the ways to pay below. */
export function CartScreen({ list, goods, cart, setCart, ways, pending, onWay }: CartScreenProps) {
  const { t } = useTranslation();
  const [free, setFree] = useState<Item>();
  const bar = useRef<HTMLElement>(null);
  const keys = useRef<HTMLElement>(null);
  const often = list.frequent.flatMap((id) => goods.items.get(id) ?? []);
  const groups = [
    ...(often.length > 0 ? [{ id: "often", name: t("till.cart.often"), items: often }] : []),
    ...list.groups.map((g) => ({ id: `g:${g.name}`, name: g.name, items: g.items })),
  ];
  const press = (it: Item) => {
    if (it.free) setFree(it);
    else setCart((c) => add(c, it.id));
  };
  // F2 goes back and forth between the two things a clerk does with the keyboard.
  const onKey = (e: KeyboardEvent) => {
    if (e.key !== "F2") return;
    e.preventDefault();
    const inBar = bar.current?.contains(document.activeElement);
    const to = inBar ? keys.current : bar.current;
    to?.querySelector<HTMLElement>(
      'button[tabindex="0"]:not([disabled]), button:not([tabindex]):not([disabled])',
    )?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for all that is inside, each reachable without it
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKey}>
      <main
        id="main"
        tabIndex={-1}
        className="grid min-h-0 flex-1 gap-6 px-4 py-4 md:px-6 lg:grid-cols-[minmax(0,1fr)_440px]"
      >
        <h1 className="sr-only">{t("till.cart.title")}</h1>
        <section ref={keys} aria-label={t("till.cart.list")} className="flex min-h-0 min-w-0 flex-col">
          <Tabs className="flex min-h-0 flex-1 flex-col gap-4">
            <TabList aria-label={t("till.cart.groups")} className="flex flex-wrap gap-2">
              {groups.map((g) => (
                <Tab
                  key={g.id}
                  id={g.id}
                  className="flex min-h-12 cursor-pointer items-center rounded-full px-5 whitespace-nowrap hover:bg-line/60 data-[selected]:bg-ink data-[selected]:font-bold data-[selected]:text-paper"
                >
                  {g.name}
                </Tab>
              ))}
            </TabList>
            {groups.map((g) => (
              <TabPanel key={g.id} id={g.id} className="min-h-0 flex-1 desk:overflow-y-auto desk:p-1 desk:-m-1">
                <Keys
                  items={g.items}
                  cart={cart}
                  onPress={press}
                  onCount={(it, n) =>
                    setCart((c) => {
                      const at = c.findIndex((l) => l.item === it.id && !l.reduction && l.amount === undefined);
                      if (at >= 0) return setCount(c, at, n);
                      return n > 0 ? add(c, it.id, n) : c;
                    })
                  }
                />
              </TabPanel>
            ))}
          </Tabs>
        </section>
        <Slip goods={goods} cart={cart} setCart={setCart} />
      </main>
      <WayBar ref={bar} disabled={cart.length === 0} why={ways} pending={pending} onWay={onWay} />
      {free && (
        <FreeDialog
          item={free}
          onClose={() => setFree(undefined)}
          onDone={(amount, reason) => {
            setCart((c) => [...c, { item: free.id, count: 1, amount, reason }]);
            setFree(undefined);
          }}
        />
      )}
    </div>
  );
}

/** Big keys in a grid: arrows move, Enter adds one, a figure sets the count, Delete takes away. */
function Keys({
  items,
  cart,
  onPress,
  onCount,
}: {
  items: readonly Item[];
  cart: readonly Line[];
  onPress: (it: Item) => void;
  onCount: (it: Item, n: number) => void;
}) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const typed = useRef(figures());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const move = (e: KeyboardEvent, i: number) => {
    const it = items[i];
    if (it === undefined) return;
    const columns = getComputedStyle(box.current as HTMLElement).gridTemplateColumns.split(" ").length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
    const to = e.key === "Home" ? 0 : e.key === "End" ? items.length - 1 : step === undefined ? undefined : i + step;
    if (to !== undefined) {
      e.preventDefault();
      if (to >= 0 && to < items.length) {
        setAt(to);
        (box.current?.children[to] as HTMLElement | undefined)?.focus();
      }
      return;
    }
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(e.code)?.[1];
    if (digit !== undefined && !e.ctrlKey && !e.altKey && !e.metaKey && !it.free) {
      typed.current.press(digit, e.timeStamp);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const n = typed.current.typed();
        if (n !== undefined) onCount(it, n);
      }, settle);
    }
    if (e.key === "Delete" || e.key === "Backspace") {
      e.preventDefault();
      onCount(it, 0);
    }
  };
  return (
    <div ref={box} className="grid auto-rows-fr grid-cols-1 gap-4 xs:grid-cols-2 md:grid-cols-3 desk:min-h-full">
      {items.map((it, i) => {
        const n = cart.filter((l) => l.item === it.id).reduce((s, l) => s + l.count, 0);
        return (
          <button
            key={it.id}
            type="button"
            tabIndex={i === Math.min(at, items.length - 1) ? 0 : -1}
            onFocus={() => setAt(i)}
            onKeyDown={(e) => move(e, i)}
            onClick={() => onPress(it)}
            className={`flex min-h-22 cursor-pointer flex-col justify-between gap-1 rounded-box border px-4 py-3 text-left text-ink hover:bg-key-soft ${n > 0 ? "border-key bg-key-soft ring-1 ring-key ring-inset" : "border-edge bg-paper"}`}
          >
            <span className="palt text-[19px] leading-snug font-bold">{it.name}</span>
            <span className="flex min-h-8 w-full items-center justify-between gap-2">
              {n > 0 ? (
                <span className="inline-flex items-center gap-1 rounded-full bg-key py-0.5 pr-3 pl-2 leading-relaxed font-bold whitespace-nowrap text-on-key">
                  <Icon name="tick" size={20} />
                  {t("till.countOf", { count: n, unit: it.unit })}
                </span>
              ) : (
                <span />
              )}
              <span className="text-xl leading-snug">{it.free ? t("till.cart.free") : <Yen value={it.price} />}</span>
            </span>
          </button>
        );
      })}
    </div>
  );
}
