import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { digits } from "@/lib/digits";
import { Button, Card, Checkbox, Dialog, Status, TextField } from "@/ui";
import { countersQuery } from "../../api/listCounters";
import { putCounter } from "../../api/putCounter";
import { SendForm, useDraftOf } from "./form";
import { Broken, OfficePage } from "./OfficePage";
import { hair, Name, Num, Sheet, Td, Th } from "./Sheet";
import { useStored } from "./useStored";

type Counter = Schemas["Counter"];

/** 窓口: number, name, office, printer. */
export function CountersPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Counter | "new">();
  return (
    <OfficePage
      title={t("shelf.counters.title")}
      tools={
        <Button look="primary" icon="plus" onPress={() => setOpen("new")}>
          {t("shelf.counters.new")}
        </Button>
      }
    >
      {() => (
        <>
          <List onOpen={setOpen} />
          {open && <CounterDialog counter={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} />}
        </>
      )}
    </OfficePage>
  );
}

function List({ onOpen }: { onOpen: (c: Counter) => void }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(countersQuery);
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  return (
    <Card aria-label={t("shelf.counters.title")} className="!py-4">
      <Sheet
        label={t("shelf.counters.title")}
        head={
          <tr>
            <Th num>{t("shelf.counters.number")}</Th>
            <Th className="!pl-6">{t("shelf.counters.name")}</Th>
            <Th>{t("shelf.counters.printer")}</Th>
            <Th>{t("shelf.counters.state")}</Th>
            <Th>
              <span className="sr-only">{t("shelf.change")}</span>
            </Th>
          </tr>
        }
      >
        {data.map((c) => (
          <tr key={c.id} className={hair}>
            <Num value={c.number} className="!pt-3 w-16" />
            <Name className="!pt-3 !pl-6">
              {c.name}
              <span className="block text-sub">{c.office}</span>
            </Name>
            <Td className="!pt-3">
              {c.printer ? (c.printer_address ?? t("shelf.counters.network")) : t("shelf.counters.browser")}
            </Td>
            <Td className="!pt-3">
              {c.retired ? (
                <Status tone="plain" icon="close">
                  {t("shelf.counters.retired")}
                </Status>
              ) : c.session ? (
                <Status tone={c.stale ? "warn" : "now"}>
                  {t(c.stale ? "shelf.counters.stale" : "shelf.counters.open")}
                </Status>
              ) : (
                t("shelf.counters.closed")
              )}
            </Td>
            <Td className="text-right">
              <Button
                className="!min-h-11 !px-4"
                onPress={() => onOpen(c)}
                aria-label={t("shelf.changeOf", { name: c.name })}
              >
                {t("shelf.change")}
              </Button>
            </Td>
          </tr>
        ))}
      </Sheet>
    </Card>
  );
}

function CounterDialog({ counter: c, onClose }: { counter?: Counter; onClose: () => void }) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`counter.${c?.id ?? "new"}`, {
    number: c ? String(c.number) : "",
    name: c?.name ?? "",
    office: c?.office ?? "",
    printer: c?.printer_address ?? "",
    retired: c?.retired ?? false,
  });
  const press = useStored<Omit<Schemas["CounterInput"], "key">>({
    intent: `counter:${c?.id ?? "new"}`,
    send: useCallback((key, v) => putCounter({ key, ...v }), []),
    clear,
    onClose,
  });
  const number = Number(digits(d.number));
  return (
    <Dialog
      open
      onClose={onClose}
      title={c ? t("shelf.changeOf", { name: c.name }) : t("shelf.counters.new")}
      width="s"
    >
      <SendForm
        press={press}
        value={() => ({
          ...(c ? { id: c.id } : {}),
          number,
          name: d.name.trim(),
          office: d.office.trim(),
          ...(d.printer.trim() ? { printer: d.printer.normalize("NFKC").trim() } : {}),
          retired: d.retired,
        })}
        check={() =>
          Number.isInteger(number) ? ({} as Record<string, string>) : { number: t("shelf.counters.noNumber") }
        }
        known={["number", "name", "printer"]}
        failed={t("shelf.failed")}
        action={t("shelf.store")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <TextField
              label={t("shelf.counters.number")}
              hint={t("shelf.counters.numberHint")}
              inputMode="numeric"
              value={d.number}
              onChange={(x) => set({ number: x })}
              error={wrong("number")}
              autoFocus
            />
            <TextField
              label={t("shelf.counters.name")}
              value={d.name}
              onChange={(name) => set({ name })}
              error={wrong("name")}
              autoComplete="off"
            />
            <TextField
              label={t("shelf.counters.office")}
              value={d.office}
              onChange={(office) => set({ office })}
              autoComplete="off"
            />
            <TextField
              label={t("shelf.counters.printerAddress")}
              hint={t("shelf.counters.printerHint")}
              optional
              value={d.printer}
              onChange={(printer) => set({ printer })}
              error={wrong("printer")}
              autoComplete="off"
            />
            {c && (
              <Checkbox
                isSelected={d.retired}
                onChange={(retired) => set({ retired })}
                hint={t("shelf.counters.retireHint")}
              >
                {t("shelf.counters.retire")}
              </Checkbox>
            )}
          </>
        )}
      </SendForm>
    </Dialog>
  );
}
