import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { digits } from "@/lib/digits";
import { Button, Dialog, Status, TextField, useToast } from "@/ui";
import { displaysQuery } from "../../api/listDisplays";
import { pairDisplay } from "../../api/pairDisplay";
import { retireDisplay } from "../../api/retireDisplay";
import { Oops, usePress } from "../../ui";

/** Pairs a tablet with this counter by the number it shows, and parts one. */
export function DisplayDialog({ counter, onClose }: { counter: { id: string; name: string }; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const { data } = useQuery(displaysQuery);
  const mine = data?.filter((d) => d.counter === counter.id) ?? [];
  const clean = digits(code);
  const ok = /^\d{6}$/.test(clean);
  const again = () => client.invalidateQueries({ queryKey: ["till"] });
  const pair = usePress<unknown, string>({
    intent: `pair:${counter.id}`,
    send: (key, c) => pairDisplay(counter.id, { key, code: c }),
    onSuccess: () => {
      setCode("");
      setTried(false);
      say(t("till.pair.done"));
      void again();
    },
  });
  const part = usePress<unknown, Schemas["Display"]>({
    intent: `part:${counter.id}`,
    send: (key, d) => retireDisplay(d.id, { key }),
    onSuccess: () => void again(),
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ok) pair.mutate(clean);
    else setTried(true);
  };
  return (
    <Dialog open onClose={onClose} title={t("till.pair.title")}>
      <p className="mb-4">{t("till.pair.text", { address: `${location.host}/display` })}</p>
      <Form onSubmit={submit} validationBehavior="aria" className="flex flex-wrap items-start gap-3">
        <TextField
          autoFocus
          className="min-w-0 flex-1"
          label={t("till.pair.code")}
          inputMode="numeric"
          autoComplete="off"
          value={code}
          onChange={setCode}
          error={tried && !ok ? t("till.pair.wrong") : undefined}
          inputClass="num !text-[32px] !min-h-16"
        />
        <Button look="primary" size="xl" type="submit" className="mt-8" isPending={pair.isPending}>
          {t("till.pair.go")}
        </Button>
      </Form>
      {pair.error && <Oops error={pair.error} title={t("till.pair.failed")} />}
      {part.error && <Oops error={part.error} title={t("till.pair.partFailed")} />}
      {mine.length > 0 && (
        <>
          <h3 className="mt-6 text-lg">{t("till.pair.list", { counter: counter.name })}</h3>
          <ul>
            {mine.map((d) => (
              <li key={d.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-2">
                <Status tone={d.online ? "ok" : "warn"}>
                  {t(d.online ? "till.pair.online" : "till.pair.offline")}
                </Status>
                <Button onPress={() => part.mutate(d)} isPending={part.isPending}>
                  {t("till.pair.part")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
