import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { digits } from "@/lib/digits";
import { Button, Card, Dialog, Status, TextField } from "@/ui";
import { reductionsQuery } from "../../api/listReductions";
import { putReduction } from "../../api/putReduction";
import { shortDay, when } from "../../model/day";
import { DayField, SendForm, useDraftOf } from "./form";
import { Broken, OfficePage } from "./OfficePage";
import { hair, Name, Num, Sheet, Td, Th } from "./Sheet";
import { useStored } from "./useStored";

type Reduction = Schemas["Reduction"];

/** 減免: the reasons for which less is charged, with how much and from when. */
export function ReductionsPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Reduction | "new">();
  return (
    <OfficePage
      title={t("shelf.reductions.title")}
      tools={
        <Button look="primary" icon="plus" onPress={() => setOpen("new")}>
          {t("shelf.reductions.new")}
        </Button>
      }
    >
      {(till) => (
        <>
          <List today={till.today} onOpen={setOpen} />
          {open && (
            <ReductionDialog
              today={till.today}
              reduction={open === "new" ? undefined : open}
              onClose={() => setOpen(undefined)}
            />
          )}
        </>
      )}
    </OfficePage>
  );
}

function List({ today, onOpen }: { today: string; onOpen: (r: Reduction) => void }) {
  const { t, i18n } = useTranslation();
  const { data, error, refetch } = useQuery(reductionsQuery);
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  return (
    <Card aria-label={t("shelf.reductions.title")} className="!py-4">
      {data.length === 0 ? (
        <p className="text-sub">{t("shelf.reductions.none")}</p>
      ) : (
        <Sheet
          label={t("shelf.reductions.title")}
          head={
            <tr>
              <Th>{t("shelf.reductions.reason")}</Th>
              <Th num>{t("shelf.reductions.percent")}</Th>
              <Th className="!pl-8">{t("shelf.prices.valid")}</Th>
              <Th>
                <span className="sr-only">{t("shelf.change")}</span>
              </Th>
            </tr>
          }
        >
          {data.map((r) => (
            <tr key={r.id} className={hair}>
              <Name className="!pt-3">{r.name}</Name>
              <Num value={r.percent} className="!pt-3" />
              <Td className="!pt-3 !pl-8">
                <Validity from={r.from} to={r.to} today={today} lang={i18n.language} />
              </Td>
              <Td className="text-right">
                <Button
                  className="!min-h-11 !px-4"
                  onPress={() => onOpen(r)}
                  aria-label={t("shelf.changeOf", { name: r.name })}
                >
                  {t("shelf.change")}
                </Button>
              </Td>
            </tr>
          ))}
        </Sheet>
      )}
    </Card>
  );
}

/** From when to when, and what that means today. */
export function Validity({ from, to, today, lang }: { from: string; to?: string; today: string; lang: string }) {
  const { t } = useTranslation();
  const state = when({ from, to }, today);
  if (state === "later") {
    return (
      <Status tone="now" icon="calendar">
        {t("shelf.prices.from", { day: shortDay(from, lang) })}
      </Status>
    );
  }
  if (state === "over")
    return <span className="text-sub">{t("shelf.prices.over", { day: shortDay(to ?? "", lang) })}</span>;
  return (
    <>
      {to
        ? t("shelf.prices.until", { day: shortDay(to, lang) })
        : t("shelf.prices.since", { day: shortDay(from, lang) })}
    </>
  );
}

function ReductionDialog({
  reduction: r,
  today,
  onClose,
}: {
  reduction?: Reduction;
  today: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`reduction.${r?.id ?? "new"}`, {
    name: r?.name ?? "",
    percent: r ? String(r.percent) : "100",
    from: r?.from ?? today,
    to: r?.to ?? "",
  });
  const press = useStored<Omit<Schemas["ReductionInput"], "key">>({
    intent: `reduction:${r?.id ?? "new"}`,
    send: useCallback((key, v) => putReduction({ key, ...v }), []),
    clear,
    onClose,
  });
  const percent = Number(digits(d.percent).replace(/%$/, ""));
  return (
    <Dialog
      open
      onClose={onClose}
      title={r ? t("shelf.changeOf", { name: r.name }) : t("shelf.reductions.new")}
      width="s"
    >
      <SendForm
        press={press}
        value={() => ({
          ...(r ? { id: r.id } : {}),
          name: d.name.trim(),
          percent,
          from: d.from,
          ...(d.to ? { to: d.to } : {}),
        })}
        check={() =>
          Number.isInteger(percent) && percent >= 1 && percent <= 100
            ? ({} as Record<string, string>)
            : { percent: t("shelf.reductions.badPercent") }
        }
        known={["name", "percent", "from", "to"]}
        failed={t("shelf.failed")}
        action={t("shelf.store")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <TextField
              label={t("shelf.reductions.reason")}
              value={d.name}
              onChange={(name) => set({ name })}
              error={wrong("name")}
              autoFocus
              autoComplete="off"
            />
            <TextField
              label={t("shelf.reductions.percentLabel")}
              hint={t("shelf.reductions.percentHint")}
              inputMode="numeric"
              value={d.percent}
              onChange={(x) => set({ percent: x })}
              error={wrong("percent")}
            />
            <DayField label={t("shelf.from")} value={d.from} onChange={(from) => set({ from })} error={wrong("from")} />
            <DayField
              label={t("shelf.to")}
              hint={t("shelf.toHint")}
              value={d.to}
              onChange={(to) => set({ to })}
              error={wrong("to")}
            />
          </>
        )}
      </SendForm>
    </Dialog>
  );
}
