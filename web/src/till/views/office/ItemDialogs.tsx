import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Checkbox, Dialog, Notice, Select, TextField } from "@/ui";
import { newPrice } from "../../api/newPrice";
import { putItem } from "../../api/putItem";
import { amount } from "../../model/cash";
import { addDays, isDay } from "../../model/day";
import { figures } from "../../ui";
import { DayField, SendForm, useDraftOf, YenField } from "./form";
import { useStored } from "./useStored";

type Item = Schemas["Item"];
type Input = Omit<Schemas["ItemInput"], "key">;

/** An item as it is sent back with something changed. */
function whole({ on: _, ...i }: Item): Input {
  return i;
}

/** A new item, or one of which everything but the price is changed. */
export function ItemDialog({
  item,
  today,
  categories,
  count,
  onClose,
}: {
  item?: Item;
  today: string;
  categories: readonly { code: string; name: string }[];
  count: number;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`item.${item?.id ?? "new"}`, {
    code: item?.code ?? "",
    name: item?.name ?? "",
    group: item?.group ?? "",
    unit: item?.unit ?? t("shelf.item.unitDefault"),
    price: item ? String(item.price) : "",
    free: item?.free ?? false,
    limit: item?.limit ? String(item.limit) : "",
    category_code: item?.category_code ?? "",
    category_name: item?.category_name ?? "",
    tax: item?.tax ?? "exempt",
    slip: item?.slip ?? "statement",
    from: item?.from ?? today,
    to: item?.to ?? "",
  });
  const press = useStored<Input>({
    intent: `item:${item?.id ?? "new"}`,
    send: useCallback((key, v) => putItem({ key, ...v }), []),
    clear,
    onClose,
  });
  const input = (): Input => ({
    ...(item ? { id: item.id } : {}),
    code: d.code.normalize("NFKC").trim(),
    name: d.name.trim(),
    group: d.group.trim(),
    unit: d.unit.trim(),
    price: d.free ? 0 : (amount(d.price) ?? 0),
    free: d.free,
    limit: d.free ? (amount(d.limit) ?? 0) : 0,
    category_code: d.category_code.normalize("NFKC").trim(),
    category_name: d.category_name.trim(),
    tax: d.tax,
    slip: d.slip,
    order: item?.order ?? count + 1,
    from: d.from,
    ...(d.to ? { to: d.to } : {}),
  });
  const check = () => {
    const out: Record<string, string> = {};
    if (!d.free && amount(d.price) === undefined) out.price = t("office.form.yen");
    if (d.free && amount(d.limit) === undefined) out.limit = t("office.form.yen");
    return out;
  };
  const known = categories.some((c) => c.code === d.category_code && c.name === d.category_name);
  return (
    <Dialog
      open
      onClose={onClose}
      title={item ? t("shelf.item.change", { name: item.name }) : t("shelf.prices.new")}
      width="l"
    >
      <SendForm
        press={press}
        value={input}
        check={check}
        known={["code", "name", "price", "limit", "category", "tax", "slip", "from", "to"]}
        failed={t("shelf.failed")}
        action={t("shelf.store")}
        onCancel={onClose}
      >
        {(wrong) => (
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <TextField
              label={t("shelf.item.name")}
              value={d.name}
              onChange={(name) => set({ name })}
              error={wrong("name")}
              autoFocus
              autoComplete="off"
            />
            <TextField
              label={t("shelf.item.code")}
              hint={t("shelf.item.codeHint")}
              value={d.code}
              onChange={(code) => set({ code })}
              error={wrong("code")}
              isDisabled={item !== undefined}
              autoComplete="off"
            />
            <Select
              label={t("shelf.item.category")}
              placeholder={t("shelf.item.otherCategory")}
              options={[
                ...categories.map((c) => ({ id: c.code, label: `${c.name}\u3000${c.code}` })),
                { id: "", label: t("shelf.item.otherCategory") },
              ]}
              value={known ? d.category_code : ""}
              onChange={(code) =>
                set({ category_code: code, category_name: categories.find((c) => c.code === code)?.name ?? "" })
              }
              className="sm:col-span-2"
            />
            {!known && (
              <>
                <TextField
                  label={t("shelf.item.categoryName")}
                  value={d.category_name}
                  onChange={(category_name) => set({ category_name })}
                  error={d.category_name.trim() === "" ? wrong("category", 0) : undefined}
                />
                <TextField
                  label={t("shelf.item.categoryCode")}
                  hint={t("shelf.item.categoryHint")}
                  value={d.category_code}
                  onChange={(category_code) => set({ category_code })}
                  error={wrong("category", d.category_name.trim() === "" ? 1 : 0)}
                />
              </>
            )}
            <div className="sm:col-span-2">
              <Checkbox
                isSelected={d.free}
                onChange={(free) => set({ free })}
                hint={t("shelf.item.freeHint")}
                isDisabled={item !== undefined}
              >
                {t("shelf.item.free")}
              </Checkbox>
            </div>
            {d.free ? (
              <YenField
                label={t("shelf.item.limit")}
                value={d.limit}
                onChange={(limit) => set({ limit })}
                error={wrong("limit")}
              />
            ) : (
              <YenField
                label={t("shelf.item.price")}
                hint={item ? t("shelf.item.priceHint") : undefined}
                value={d.price}
                onChange={(price) => set({ price })}
                error={wrong("price")}
              />
            )}
            <TextField label={t("shelf.item.unit")} value={d.unit} onChange={(unit) => set({ unit })} />
            <TextField
              label={t("shelf.item.group")}
              hint={t("shelf.item.groupHint")}
              value={d.group}
              onChange={(g) => set({ group: g })}
            />
            <Select
              label={t("shelf.item.tax")}
              options={(["exempt", "taxable", "taxable_8"] as const).map((x) => ({
                id: x,
                label: t(`shelf.tax.${x}`),
              }))}
              value={d.tax}
              onChange={(tax) => set({ tax: tax as Schemas["Tax"] })}
            />
            <Select
              label={t("shelf.item.slip")}
              options={(["statement", "receipt"] as const).map((x) => ({ id: x, label: t(`shelf.slip.${x}`) }))}
              value={d.slip}
              onChange={(slip) => set({ slip: slip as Schemas["SlipKind"] })}
            />
            <DayField label={t("shelf.from")} value={d.from} onChange={(from) => set({ from })} error={wrong("from")} />
            <DayField
              label={t("shelf.to")}
              hint={t("shelf.toHint")}
              value={d.to}
              onChange={(to) => set({ to })}
              error={wrong("to")}
            />
          </div>
        )}
      </SendForm>
    </Dialog>
  );
}

/** A new price from a day on. The old one ends the day before by itself. */
export function PriceDialog({ item, today, onClose }: { item: Item; today: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`price.${item.id}`, { price: "", from: addDays(today, 1) });
  const press = useStored<{ price: number; from: string }>({
    intent: `price:${item.id}`,
    send: useCallback((key, v) => newPrice(item.id, { key, ...v }), [item.id]),
    clear,
    onClose,
  });
  const check = () => {
    const out: Record<string, string> = {};
    if (amount(d.price) === undefined) out.price = t("office.form.yen");
    if (!isDay(d.from) || d.from < today) out.from = t("shelf.price.early");
    return out;
  };
  return (
    <Dialog open onClose={onClose} title={t("shelf.price.title", { name: item.name })} width="s">
      <SendForm
        press={press}
        value={() => ({ price: amount(d.price) ?? 0, from: d.from })}
        check={check}
        known={["price", "from"]}
        failed={t("shelf.failed")}
        action={t("shelf.price.action")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <p>{t("shelf.price.text", { yen: figures(item.price) })}</p>
            <YenField
              label={t("shelf.price.price")}
              value={d.price}
              onChange={(price) => set({ price })}
              error={wrong("price")}
              autoFocus
            />
            <DayField
              label={t("shelf.price.from")}
              value={d.from}
              onChange={(from) => set({ from })}
              error={wrong("from")}
            />
          </>
        )}
      </SendForm>
    </Dialog>
  );
}

/** The last day something is sold. */
export function EndDialog({ item, today, onClose }: { item: Item; today: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`end.${item.id}`, { to: item.to ?? today });
  const press = useStored<Input>({
    intent: `end:${item.id}`,
    send: useCallback((key, v) => putItem({ key, ...v }), []),
    clear,
    onClose,
  });
  return (
    <Dialog open onClose={onClose} title={t("shelf.end.title", { name: item.name })} width="s">
      <SendForm
        press={press}
        value={() => ({ ...whole(item), to: d.to })}
        check={() => (isDay(d.to) ? ({} as Record<string, string>) : { to: t("shelf.end.noDay") })}
        known={["from", "to"]}
        failed={t("shelf.failed")}
        action={t("shelf.end.action")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <DayField
              label={t("shelf.end.to")}
              value={d.to}
              onChange={(to) => set({ to })}
              error={wrong("to") ?? wrong("from")}
              autoFocus
            />
            <Notice tone="info" title={t("shelf.end.still")} />
          </>
        )}
      </SendForm>
    </Dialog>
  );
}
