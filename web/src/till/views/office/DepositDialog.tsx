import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Dialog, TextField, useToast } from "@/ui";
import { addDeposit } from "../../api/addDeposit";
import { amount } from "../../model/cash";
import { isDay } from "../../model/day";
import { figures, usePress } from "../../ui";
import { DayField, SendForm, useDraftOf, YenField } from "./form";

/** Books what arrived at the bank. What the files announce is filled in, to be compared with the bank's own paper. */
export function DepositDialog({ m, onClose }: { m: Schemas["Match"]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const say = useToast();
  const [d, set, clear] = useDraftOf(`deposit.${m.provider}`, {
    from: m.from,
    to: m.to,
    on: "",
    net: "",
    fee: "",
    note: "",
  });
  const press = usePress<unknown, Omit<Schemas["NewDeposit"], "key">>({
    intent: `deposit:${m.provider}`,
    send: useCallback((key, v) => addDeposit({ key, ...v }), []),
    onSuccess: useCallback(() => {
      clear();
      void client.invalidateQueries({ queryKey: ["till"] });
      say(t("recon.deposit.done"));
      onClose();
    }, [clear, client, say, t, onClose]),
  });
  const check = () => {
    const out: Record<string, string> = {};
    if (!isDay(d.on)) out.on = t("recon.deposit.noOn");
    if (amount(d.net) === undefined) out.net = t("office.form.yen");
    if (amount(d.fee) === undefined) out.fee = t("office.form.yen");
    return out;
  };
  return (
    <Dialog open onClose={onClose} title={t("recon.deposit.title", { provider: m.provider_name })}>
      <SendForm
        press={press}
        check={check}
        known={["from", "to", "on", "net", "fee", "note"]}
        value={() => ({
          provider: m.provider,
          from: d.from,
          to: d.to,
          on: d.on,
          net: amount(d.net) ?? 0,
          fee: amount(d.fee) ?? 0,
          ...(d.note.trim() ? { note: d.note.trim() } : {}),
        })}
        failed={t("recon.deposit.failed")}
        action={t("recon.deposit.action")}
        onCancel={onClose}
      >
        {(wrong) => (
          <>
            <p>
              {t("recon.deposit.planned", {
                net: figures(m.expected_deposit),
                fee:
                  m.total.fee === undefined
                    ? t("recon.feeUnknown")
                    : t("recon.letter.yen", { yen: figures(m.total.fee) }),
              })}
            </p>
            <div className="grid gap-4 sm:grid-cols-3">
              <DayField
                label={t("recon.deposit.on")}
                value={d.on}
                onChange={(on) => set({ on })}
                error={wrong("on")}
                autoFocus
              />
              <YenField
                label={t("recon.deposit.netYen")}
                value={d.net}
                onChange={(net) => set({ net })}
                error={wrong("net")}
              />
              <YenField
                label={t("recon.deposit.feeYen")}
                value={d.fee}
                onChange={(fee) => set({ fee })}
                error={wrong("fee")}
              />
              <DayField
                label={t("recon.deposit.from")}
                value={d.from}
                onChange={(from) => set({ from })}
                error={wrong("from")}
              />
              <DayField label={t("recon.deposit.to")} value={d.to} onChange={(to) => set({ to })} error={wrong("to")} />
            </div>
            <TextField
              label={t("recon.deposit.note")}
              optional
              value={d.note}
              onChange={(note) => set({ note })}
              error={wrong("note")}
            />
          </>
        )}
      </SendForm>
    </Dialog>
  );
}
