import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Dialog, TextField } from "@/ui";
import { amount as read } from "../../model/cash";
import { Act, figures } from "../../ui";

/** An item whose amount is typed, with the reason for it. */
export function FreeDialog({
  item,
  onClose,
  onDone,
}: {
  item: Schemas["Item"];
  onClose: () => void;
  onDone: (amount: number, reason: string) => void;
}) {
  const { t } = useTranslation();
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const n = read(amount);
  const wrongAmount = n === undefined || n <= 0 || n > item.limit;
  const wrongReason = reason.trim() === "";
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (wrongAmount || wrongReason) setTried(true);
    else onDone(n, reason.trim());
  };
  return (
    <Dialog open onClose={onClose} title={item.name} width="s">
      <Form onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
        <TextField
          autoFocus
          label={t("till.free.amount")}
          hint={t("till.free.limit", { limit: figures(item.limit) })}
          inputMode="numeric"
          value={amount}
          onChange={setAmount}
          error={tried && wrongAmount ? t("till.free.wrongAmount", { limit: figures(item.limit) }) : undefined}
          inputClass="!text-[32px] font-bold text-right"
        />
        <TextField
          label={t("till.free.reason")}
          value={reason}
          onChange={setReason}
          maxLength={100}
          error={tried && wrongReason ? t("till.free.wrongReason") : undefined}
        />
        <div className="flex flex-wrap justify-end gap-4">
          <Act look="plain" onPress={onClose}>
            {t("ui.cancel")}
          </Act>
          <Act look="primary" type="submit">
            {t("till.free.add")}
          </Act>
        </div>
      </Form>
    </Dialog>
  );
}
