import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { clockTime } from "@/lib/time";
import { Checkbox, TextField } from "@/ui";
import type { View } from "../../model/desk";
import { tail as readTail, screenTime } from "../../model/tick";
import { Act, figures, Oops } from "../../ui";
import { Amount, Foot, Grow, Say } from "./Parts";

/** The customer reads the sticker and types the amount: the clerk compares three things on their screen, each by itself. */
export function StickerScreen({
  view,
  attempt: a,
  pending,
  error,
  cancelling,
  onTick,
  onCancel,
}: {
  view: View;
  attempt: Schemas["Attempt"];
  pending: boolean;
  error: unknown;
  cancelling: boolean;
  onTick: (tick: { amount: number; at: string; tail: string }) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const now = useNow(1_000);
  const [same, setSame] = useState(false);
  const [time, setTime] = useState("");
  const [tail, setTail] = useState("");
  const [tried, setTried] = useState(false);
  const at = screenTime(time, now);
  const last = readTail(tail);
  const submit = () => {
    if (!same || at === undefined || last === undefined) setTried(true);
    else onTick({ amount: a.amount, at, tail: last });
  };
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-center gap-x-14 gap-y-6 px-4 py-6 md:px-12 lg:grid-cols-[minmax(0,1fr)_minmax(0,480px)]"
      >
        <div className="flex min-w-0 flex-col gap-5">
          <div>
            <h1 className="text-[32px]">{t("till.sticker.title")}</h1>
            <p className="text-lg text-sub">
              {t("till.sticker.sub", { label: a.sticker_label ?? "", shop: a.sticker_shop ?? "" })}
            </p>
          </div>
          <Amount sale={view.sale} />
          <Say>{a.say}</Say>
        </div>
        <form
          aria-label={t("till.sticker.compare")}
          className="flex flex-col gap-3 rounded-2xl border border-line bg-paper p-6"
          onSubmit={(e) => {
            e.preventDefault();
            submit();
          }}
        >
          <h2 className="text-xl">{t("till.sticker.compare")}</h2>
          <p className="leading-normal">{t("till.sticker.compareText")}</p>
          <div className={`rounded-ctl border p-3 ${tried && !same ? "border-2 border-err" : "border-line"}`}>
            <Checkbox isSelected={same} onChange={setSame}>
              <b className="text-lg">{t("till.sticker.amount", { yen: figures(a.amount) })}</b>
            </Checkbox>
            {tried && !same && <p className="font-bold text-err">{t("till.sticker.amountWrong")}</p>}
          </div>
          <TextField
            label={t("till.sticker.time")}
            hint={t("till.sticker.timeHint", { now: clockTime(now) })}
            placeholder={clockTime(now)}
            inputMode="numeric"
            autoComplete="off"
            value={time}
            onChange={setTime}
            error={tried && at === undefined ? t("till.sticker.timeWrong") : undefined}
            inputClass="num text-2xl"
          />
          <TextField
            label={t("till.sticker.tail")}
            hint={t("till.sticker.tailHint")}
            autoComplete="off"
            value={tail}
            onChange={setTail}
            error={tried && last === undefined ? t("till.sticker.tailWrong") : undefined}
            inputClass="num text-2xl"
          />
          {error ? <Oops error={error} title={t("till.sticker.refused")} still={t("till.sticker.still")} /> : null}
        </form>
      </main>
      <Foot>
        <Act look="plain" icon="close" isPending={cancelling} isDisabled={!a.may_cancel} onPress={onCancel}>
          {t("till.sticker.cancel")}
        </Act>
        <Grow />
        <Act
          look="primary"
          icon="tick"
          className="md:min-w-[400px]"
          isPending={pending}
          isDisabled={!a.may_tick}
          onPress={submit}
        >
          {t("till.sticker.done")}
        </Act>
      </Foot>
    </>
  );
}
