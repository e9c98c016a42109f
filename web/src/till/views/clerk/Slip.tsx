import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, Icon } from "@/ui";
import { commonUnit, count, type Goods, type Line, most, price, reduce, setCount, total } from "../../model/cart";
import { Act, Yen } from "../../ui";
import { Total } from "./Total";

/** What is on the slip so far, each line to be counted up and down or reduced, and the sum in the largest figures. */
export function Slip({
  goods,
  cart,
  setCart,
}: {
  goods: Goods;
  cart: Line[];
  setCart: (f: (old: Line[]) => Line[]) => void;
}) {
  const { t } = useTranslation();
  const [reducing, setReducing] = useState<number>();
  const lines = price(cart, goods);
  const unit = commonUnit(lines.map((l) => l.unit));
  const n = count(cart);
  const square =
    "grid size-12 cursor-pointer place-items-center rounded-ctl border border-edge bg-paper text-ink hover:bg-key-soft disabled:border-line disabled:text-sub";
  return (
    <section
      aria-label={t("till.cart.slip")}
      className="flex min-h-0 flex-col overflow-hidden rounded-2xl border border-line bg-paper"
    >
      <div className="flex h-14 shrink-0 items-center justify-between border-b border-line pr-2 pl-6">
        <h2 className="text-lg">{t("till.cart.slipTitle")}</h2>
        <button
          type="button"
          disabled={cart.length === 0}
          onClick={() => setCart(() => [])}
          className="flex min-h-12 cursor-pointer items-center gap-2 rounded-ctl px-4 text-sub hover:bg-ground disabled:cursor-not-allowed disabled:opacity-60"
        >
          <Icon name="trash" size={20} />
          {t("till.cart.clear")}
        </button>
      </div>
      {lines.length === 0 ? (
        <p className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center text-sub">
          <Icon name="list" size={40} />
          {t("till.cart.empty")}
        </p>
      ) : (
        <ul className="min-h-0 flex-1 px-6 desk:overflow-y-auto">
          {lines.map((l, i) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; two lines of one item differ in nothing else
              key={`${l.line.item} ${i}`}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 md:max-lg:grid-cols-[1fr_auto_auto_auto] border-b border-line pt-2 pb-2.5 last:border-0"
            >
              <span className="text-lg leading-normal font-bold text-ink">
                {l.name}
                {l.line.reason && <span className="block text-base font-normal text-sub">{l.line.reason}</span>}
              </span>
              <span className="text-right text-xl leading-snug md:max-lg:order-1 md:max-lg:min-w-22">
                {l.reduction !== undefined && (
                  <span className="mr-3 text-base text-sub">
                    <span className="sr-only">{t("till.cart.before")}</span>
                    <s>
                      <Yen value={l.gross} />
                    </s>
                  </span>
                )}
                <b className="text-ink">
                  <Yen value={l.amount} />
                </b>
              </span>
              <button
                type="button"
                onClick={() => setReducing(i)}
                className={`flex min-h-12 max-w-full cursor-pointer items-center gap-1.5 justify-self-start rounded-ctl border px-3 leading-snug ${l.reduction === undefined ? "border-edge bg-paper text-body hover:bg-ground" : "border-ok bg-ok-soft font-bold text-ok"}`}
              >
                {l.reduction === undefined ? (
                  <>
                    {t("till.cart.reduce")}
                    <span className="sr-only">{l.name}</span>
                  </>
                ) : (
                  <>
                    <Icon name="tick" size={20} />
                    {t("till.cart.reduced", { name: l.reduction })}
                  </>
                )}
              </button>
              <span className="flex items-center">
                <button
                  type="button"
                  className={square}
                  aria-label={t("till.cart.less", { name: l.name })}
                  onClick={() => setCart((c) => setCount(c, i, l.line.count - 1))}
                >
                  <Icon name={l.line.count === 1 ? "trash" : "minus"} />
                </button>
                <b className="min-w-12 text-center text-[22px] text-ink">{l.line.count}</b>
                <button
                  type="button"
                  className={square}
                  disabled={l.line.count >= most}
                  aria-label={t("till.cart.more", { name: l.name })}
                  onClick={() => setCart((c) => setCount(c, i, l.line.count + 1))}
                >
                  <Icon name="plus" />
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      <Total value={total(lines)} words={n > 0 && unit ? t("till.countOf", { count: n, unit }) : ""} />
      <Dialog
        open={reducing !== undefined}
        onClose={() => setReducing(undefined)}
        title={t("till.cart.reduceTitle", { name: lines[reducing ?? 0]?.name })}
        width="s"
      >
        <p className="mb-4">{t("till.cart.reduceText")}</p>
        <div className="flex flex-col gap-3">
          {[...goods.reductions.values()].map((r) => (
            <Act
              key={r.id}
              look="plain"
              className="!justify-start"
              onPress={() => {
                setCart((c) => reduce(c, reducing ?? -1, r.id));
                setReducing(undefined);
              }}
            >
              {t("till.cart.percent", { name: r.name, percent: r.percent })}
            </Act>
          ))}
          {goods.reductions.size === 0 && <p className="text-sub">{t("till.cart.noReductions")}</p>}
          {lines[reducing ?? -1]?.reduction !== undefined && (
            <Act
              icon="close"
              onPress={() => {
                setCart((c) => reduce(c, reducing ?? -1, undefined));
                setReducing(undefined);
              }}
            >
              {t("till.cart.noReduce")}
            </Act>
          )}
        </div>
      </Dialog>
    </section>
  );
}
