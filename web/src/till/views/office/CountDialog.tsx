import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, Dialog, Icon } from "@/ui";
import { inputClass } from "@/ui/Field";
import { amount } from "../../model/cash";
import { balance, type Count, counted, type Denomination, denominations, isNote, pieces } from "../../model/coins";
import { figures, Yen } from "../../ui";
import { YenField } from "./form";

export interface Counting {
  count: Count;
  sum: string;
  bySum: boolean;
}

/** Counts the drawer by notes and coins, or takes the sum somebody counted on paper. What was typed stays when it closes. */
export function CountDialog({
  open,
  onClose,
  value,
  onChange,
  onTake,
  float,
  cash,
}: {
  open: boolean;
  onClose: () => void;
  value: Counting;
  onChange: (v: Partial<Counting>) => void;
  onTake: (yen: number) => void;
  float: number;
  cash: number;
}) {
  const { t } = useTranslation();
  const expected = float + cash;
  const have = value.bySum ? amount(value.sum) : counted(value.count);
  const [missing, setMissing] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setMissing(have === undefined);
    if (have !== undefined) onTake(have);
  };
  return (
    <Dialog open={open} onClose={onClose} title={t("closing.count.title")} width="m">
      <Form onSubmit={submit} className="flex flex-col gap-4">
        <p>{t("closing.count.text", { float: figures(float), cash: figures(cash), sum: figures(expected) })}</p>
        {value.bySum ? (
          <YenField
            label={t("closing.count.sum")}
            value={value.sum}
            onChange={(sum) => onChange({ sum })}
            error={missing && have === undefined ? t("closing.count.noSum") : undefined}
            autoFocus
            className="max-w-60"
          />
        ) : (
          <div className="grid items-start gap-x-6 gap-y-2 sm:grid-cols-2">
            {[denominations.filter(isNote), denominations.filter((d) => !isNote(d))].map((column) => (
              <div key={column[0]} className="flex flex-col gap-2">
                {column.map((d) => (
                  <Pieces
                    key={d}
                    of={d}
                    first={d === denominations[0]}
                    typed={value.count[d] ?? ""}
                    onType={(x) => onChange({ count: { ...value.count, [d]: x } })}
                  />
                ))}
              </div>
            ))}
          </div>
        )}
        <Button look="text" className="self-start" onPress={() => onChange({ bySum: !value.bySum })}>
          {t(value.bySum ? "closing.count.byPieces" : "closing.count.bySum")}
        </Button>
        <Outcome have={have} expected={expected} />
        <div className="flex flex-wrap justify-end gap-4">
          <Button onPress={onClose}>{t("closing.count.later")}</Button>
          <Button type="submit" look="primary" isDisabled={!value.bySum && have === undefined}>
            {t("closing.count.take")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function Pieces({
  of,
  typed,
  first,
  onType,
}: {
  of: Denomination;
  typed: string;
  first: boolean;
  onType: (x: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const n = pieces(typed);
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (first) ref.current?.focus(); // the dialog was opened to type here
  }, [first]);
  return (
    <div className="flex items-center gap-3">
      <label htmlFor={id} className="w-24 text-right font-bold whitespace-nowrap text-ink">
        {t(isNote(of) ? "closing.count.note" : "closing.count.coin", { yen: figures(of) })}
      </label>
      <input
        id={id}
        ref={ref}
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={(e) => onType(e.target.value)}
        aria-invalid={n === undefined || undefined}
        aria-describedby={n === undefined ? `${id}-wrong` : undefined}
        className={`${inputClass} !min-h-11 !w-20 text-right tabular-nums ${n === undefined ? "border-2 border-err" : ""}`}
      />
      {n === undefined ? (
        <span id={`${id}-wrong`} className="flex items-center gap-1 font-bold text-err">
          <Icon name="stop" size={20} />
          {t("closing.count.noNumber")}
        </span>
      ) : (
        <span className="min-w-20 text-right text-sub tabular-nums">{n === 0 ? "" : <Yen value={n * of} />}</span>
      )}
    </div>
  );
}

function Outcome({ have, expected }: { have: number | undefined; expected: number }) {
  const { t } = useTranslation();
  const b = have === undefined ? undefined : balance(have, expected);
  const even = b?.kind === "even";
  return (
    <div
      role="status"
      className={`flex flex-wrap items-center justify-between gap-x-6 gap-y-1 rounded-ctl border px-4 py-3 ${b === undefined ? "border-line bg-ground" : even ? "border-ok bg-ok-soft" : "border-warn-line bg-warn-soft"}`}
    >
      <span className="text-[32px] leading-tight">
        {have === undefined ? t("closing.count.none") : <Yen value={have} big />}
      </span>
      {b && (
        <span className={`flex items-center gap-2 text-lg font-bold ${even ? "text-ok" : "text-warn"}`}>
          <Icon name={even ? "check" : "warn"} />
          {b.kind === "even" ? t("closing.even") : t(`closing.${b.kind}`, { yen: figures(b.yen) })}
        </span>
      )}
    </div>
  );
}
