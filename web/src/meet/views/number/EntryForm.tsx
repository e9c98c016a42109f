import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { digits } from "@/lib/digits";
import { sessionQuery, useSession } from "@/lib/session";
import { useDraft } from "@/lib/useDraft";
import { useSend } from "@/lib/useSend";
import { Button, Notice, TextField } from "@/ui";
import { enterByNumber } from "../../api/enterByNumber";

const large = "num !text-[28px] leading-tight font-bold !min-h-16";

/** Meeting number, 暗証番号 and, for someone who is not signed in, a name. Leads into the meeting. */
export function EntryForm({ primary = true }: { primary?: boolean }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const s = useSession();
  const [number, setNumber] = useDraft("entry.number");
  const [pin, setPin] = useState("");
  const [name, setName] = useDraft("entry.name", s.guest?.name);
  const [tried, setTried] = useState(false);
  const alert = useRef<HTMLDivElement>(null);
  const numberField = useRef<HTMLInputElement>(null);
  const pinField = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const send = useSend({
    mutationFn: enterByNumber,
    onSuccess: async (m) => {
      if (!s.signed_in) await client.fetchQuery({ ...sessionQuery, staleTime: 0 }); // the guest pass opens the meeting's page
      setNumber("");
      await navigate({ to: "/m/$meeting", params: { meeting: m.id } });
    },
  });
  useEffect(() => {
    if (send.isError) alert.current?.focus();
  }, [send.isError]);

  const wrong = {
    number: /^\d{6}$/.test(digits(number)) ? undefined : t("number.numberWrong"),
    pin: /^\d{4}$/.test(digits(pin)) ? undefined : t("number.pinWrong"),
    name: s.signed_in || name.trim() !== "" ? undefined : t("number.nameMissing"),
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (wrong.number) numberField.current?.focus();
    else if (wrong.pin) pinField.current?.focus();
    else if (wrong.name) nameField.current?.focus();
    else {
      setTried(false);
      send.mutate({ number: digits(number), pin: digits(pin), ...(s.signed_in ? {} : { name: name.trim() }) });
    }
  };
  return (
    <Form onSubmit={submit} validationBehavior="aria" className="flex flex-1 flex-col gap-4">
      <p>{t("number.lead")}</p>
      {send.isError && (
        <Notice ref={alert} live="alert" tone="error" title={t("number.failed")} next={words(send.error)} />
      )}
      <div className="grid grid-cols-[3fr_2fr] gap-4">
        <TextField
          ref={numberField}
          label={t("today.now.number")}
          hint={t("number.sixDigits")}
          inputMode="numeric"
          autoComplete="off"
          inputClass={large}
          value={number}
          onChange={setNumber}
          error={tried ? wrong.number : undefined}
        />
        <TextField
          ref={pinField}
          label={t("today.now.pin")}
          hint={t("number.fourDigits")}
          inputMode="numeric"
          autoComplete="off"
          inputClass={large}
          value={pin}
          onChange={setPin}
          error={tried ? wrong.pin : undefined}
        />
      </div>
      {!s.signed_in && (
        <TextField
          ref={nameField}
          label={t("number.name")}
          hint={t("number.nameHint")}
          autoComplete="name"
          value={name}
          onChange={setName}
          error={tried ? wrong.name : undefined}
        />
      )}
      <Button
        type="submit"
        look={primary ? "primary" : "outline"}
        size={primary ? "xl" : "m"}
        wide
        className="mt-auto"
        isPending={send.isPending}
      >
        {t("number.send")}
      </Button>
    </Form>
  );
}
