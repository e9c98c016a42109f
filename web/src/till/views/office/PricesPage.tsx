import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Button, Card, Checkbox, Menu, MenuItem, Status } from "@/ui";
import { itemsQuery } from "../../api/listItems";
import { shortDay } from "../../model/day";
import { categories, type Priced, shelves } from "../../model/pricelist";
import { figures, Yen } from "../../ui";
import { EndDialog, ItemDialog, PriceDialog } from "./ItemDialogs";
import { Broken, OfficePage } from "./OfficePage";
import { group, hair, Name, Sheet, Td, Th } from "./Sheet";

type Item = Schemas["Item"];
type Doing = { what: "new" } | { what: "change" | "price" | "end"; item: Item };

/** 料金表: what is sold, from when, at what price. A price never changes; a new one begins on a day. */
export function PricesPage() {
  const { t } = useTranslation();
  const [doing, setDoing] = useState<Doing>();
  return (
    <OfficePage
      title={t("shelf.prices.title")}
      tools={
        <Button look="primary" icon="plus" onPress={() => setDoing({ what: "new" })}>
          {t("shelf.prices.new")}
        </Button>
      }
    >
      {(till) => <Prices today={till.today} doing={doing} setDoing={setDoing} />}
    </OfficePage>
  );
}

function Prices({
  today,
  doing,
  setDoing,
}: {
  today: string;
  doing: Doing | undefined;
  setDoing: (d?: Doing) => void;
}) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(itemsQuery);
  const [past, setPast] = useState(false);
  const done = () => setDoing(undefined);
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  const all = shelves(data, today, past);
  return (
    <>
      <Card aria-label={t("shelf.prices.title")} className="!px-4 !py-4">
        <Sheet
          label={t("shelf.prices.title")}
          head={
            <tr>
              <Th className="!pl-2">{t("closing.item")}</Th>
              <Th className="hidden md:table-cell">{t("shelf.prices.code")}</Th>
              <Th num>{t("shelf.prices.price")}</Th>
              <Th className="!pl-8">{t("shelf.prices.valid")}</Th>
              <Th>
                <span className="sr-only">{t("shelf.actions")}</span>
              </Th>
            </tr>
          }
        >
          {all.map((s) => (
            <Fragment key={s.code}>
              <tr className={group}>
                <th scope="rowgroup" colSpan={5} className="px-2 py-1.5 text-left">
                  {s.name} <span className="font-normal text-sub tabular-nums">{s.code}</span>
                </th>
              </tr>
              {s.rows.map((r) => (
                <Row key={r.item.id} row={r} onDo={(what) => setDoing({ what, item: r.item })} />
              ))}
            </Fragment>
          ))}
        </Sheet>
        {all.length === 0 && <p className="px-2 py-3 text-sub">{t("shelf.prices.none")}</p>}
      </Card>
      <Checkbox isSelected={past} onChange={setPast}>
        {t("shelf.prices.past")}
      </Checkbox>
      {doing?.what === "new" && (
        <ItemDialog today={today} categories={categories(data)} count={data.length} onClose={done} />
      )}
      {doing?.what === "change" && (
        <ItemDialog today={today} item={doing.item} categories={categories(data)} count={data.length} onClose={done} />
      )}
      {doing?.what === "price" && <PriceDialog item={doing.item} today={today} onClose={done} />}
      {doing?.what === "end" && <EndDialog item={doing.item} today={today} onClose={done} />}
    </>
  );
}

function Row({ row, onDo }: { row: Priced; onDo: (what: "change" | "price" | "end") => void }) {
  const { t, i18n } = useTranslation();
  const { item: i, when, next } = row;
  const day = (d: string) => shortDay(d, i18n.language);
  return (
    <tr className={hair}>
      <Name className="!pt-3 !pl-6">
        {i.name}
        <span className="block text-sub">
          {t("shelf.prices.kind", { tax: t(`shelf.tax.${i.tax}`), slip: t(`shelf.slip.${i.slip}`) })}
        </span>
      </Name>
      <Td className="hidden !pt-3 tabular-nums md:table-cell">{i.code}</Td>
      <Td num className="!pt-3">
        {i.free ? t("shelf.prices.free", { yen: figures(i.limit) }) : <Yen value={i.price} />}
      </Td>
      <Td className="!pt-3 !pl-8">
        {when === "on" &&
          next === undefined &&
          (i.to ? t("shelf.prices.until", { day: day(i.to) }) : t("shelf.prices.since", { day: day(i.from) }))}
        {when === "later" && (
          <Status tone="now" icon="calendar">
            {t("shelf.prices.from", { day: day(i.from) })}
          </Status>
        )}
        {when === "over" && <span className="text-sub">{t("shelf.prices.over", { day: day(i.to ?? "") })}</span>}
        {next && (
          <Status tone="now" icon="calendar">
            {t("shelf.prices.next", { day: day(next.from), yen: figures(next.price) })}
          </Status>
        )}
      </Td>
      <Td className="text-right">
        <Menu
          label={t("shelf.actionsOf", { name: i.name })}
          trigger={
            <Button className="!min-h-11 !px-4 no-underline" aria-label={t("shelf.actionsOf", { name: i.name })}>
              {t("shelf.actions")}
            </Button>
          }
        >
          {!i.free && when === "on" && !next ? (
            <MenuItem icon="calendar" onAction={() => onDo("price")}>
              {t("shelf.price.do")}
            </MenuItem>
          ) : null}
          <MenuItem icon="gear" onAction={() => onDo("change")}>
            {t("shelf.change")}
          </MenuItem>
          {when !== "over" ? (
            <MenuItem icon="close" onAction={() => onDo("end")}>
              {t("shelf.end.do")}
            </MenuItem>
          ) : null}
        </Menu>
      </Td>
    </tr>
  );
}
