import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useErrorText } from "@/lib/api/problem";
import { copyText } from "@/lib/copy";
import { grouped } from "@/lib/digits";
import { useDraft } from "@/lib/useDraft";
import { useSend } from "@/lib/useSend";
import { Button, Checkbox, Icon, LinkButton, Notice, Status, TextField, useToast } from "@/ui";
import { todayQuery } from "../../api/listToday";
import { openMeeting } from "../../api/openMeeting";

/** The meeting just made. Kept above the tabs: its numbers must not be lost by looking at the other one. */
export interface MadeNow {
  made: Schemas["Meeting"] | undefined;
  onMade: (m: Schemas["Meeting"] | undefined) => void;
}

/** 今すぐ会議: a title if one likes, then the two numbers to read over the phone. */
export function OpenNow({ primary, made, onMade }: { primary: boolean } & MadeNow) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const [title, setTitle, dropTitle] = useDraft("meeting.title");
  const [guests, setGuests] = useState(true);
  const send = useSend({
    mutationFn: openMeeting,
    onSuccess: (m) => {
      dropTitle();
      onMade(m);
      void client.invalidateQueries({ queryKey: todayQuery.queryKey });
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ title: title.trim(), guests_allowed: guests });
  };
  if (made !== undefined) return <Made meeting={made} onAgain={() => onMade(undefined)} />;
  return (
    <Form onSubmit={submit} validationBehavior="aria" className="flex flex-1 flex-col gap-4">
      <p>{t("today.now.lead")}</p>
      {send.isError && <Notice live="alert" tone="error" title={t("today.now.failed")} next={words(send.error)} />}
      <TextField
        label={t("today.now.title")}
        optional
        value={title}
        onChange={setTitle}
        hint={t("today.now.titleHint")}
      />
      <Checkbox isSelected={guests} onChange={setGuests} hint={t("today.now.guestsHint")}>
        {t("today.now.guests")}
      </Checkbox>
      <Button
        type="submit"
        look={primary ? "primary" : "outline"}
        size={primary ? "l" : "m"}
        wide
        className="mt-auto"
        isPending={send.isPending}
      >
        {t("today.now.send")}
      </Button>
    </Form>
  );
}

function Made({ meeting: m, onAgain }: { meeting: Schemas["Meeting"]; onAgain: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => head.current?.focus(), []);
  const copy = async () => {
    const text = t("today.now.copyText", {
      title: m.title,
      number: grouped(m.number),
      pin: grouped(m.pin ?? ""),
      address: window.location.origin,
    });
    if (await copyText(text)) say(t("app.copied"));
    else say(t("app.notCopied"), "error");
  };
  const rows = [
    ["today.now.number", m.number],
    ["today.now.pin", m.pin ?? ""],
  ] as const;
  return (
    <div className="flex flex-1 flex-col">
      <div ref={head} tabIndex={-1} role="status" className="rounded-ctl">
        <Status tone="ok" size="l">
          {t("today.now.made")}
        </Status>
        <p className="my-2 flex items-center gap-2">
          <Icon name="phone" className="text-key" />
          <span>{t("today.now.tell")}</span>
        </p>
      </div>
      <dl className="mt-2 mb-4 rounded-ctl bg-key-soft px-6 py-5">
        {rows.map(([key, number], i) => (
          <div
            key={key}
            className={`flex flex-wrap items-baseline justify-between gap-x-4 ${i > 0 ? "mt-2 border-t border-key-line pt-2" : ""}`}
          >
            <dt className="font-bold">{t(key)}</dt>
            <dd className="num text-[40px] leading-tight font-bold text-ink">{grouped(number)}</dd>
          </div>
        ))}
      </dl>
      <p className="mb-4 flex gap-2 leading-normal">
        <Icon name="screen" className="text-key" />
        <span>{t("today.now.how")}</span>
      </p>
      <div className="mt-auto flex flex-col gap-2">
        <LinkButton href={`/m/${m.id}`} wide look="primary" size="xl">
          {t("today.now.enter")}
        </LinkButton>
        <div className="flex flex-wrap justify-between">
          <Button look="text" icon="copy" onPress={copy}>
            {t("today.now.copy")}
          </Button>
          <Button look="text" onPress={onAgain}>
            {t("today.now.again")}
          </Button>
        </div>
      </div>
    </div>
  );
}
