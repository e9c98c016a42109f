import type { UseMutationResult } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api/problem";
import { Button, Notice, TextField } from "@/ui";
import type { FieldProps } from "@/ui/Field";
import { Oops } from "../../ui";

/** What is wrong with one field, in the server's words; `nth` where one name stands for several fields. */
export type Wrong = (field: string, nth?: number) => string | undefined;

function wrong(error: unknown, own: Record<string, string>): Wrong {
  const problems = error instanceof ApiError ? error.problems : [];
  return (field, nth) => {
    if (own[field] !== undefined) return own[field];
    const mine = problems.filter((p) => p.field === field).map((p) => p.message);
    if (nth !== undefined) return mine[nth];
    return mine.length > 0 ? mine.join(" ") : undefined;
  };
}

/**
 * A form that is sent once. What the server finds wrong stands beside its field and takes the focus; what it says about
 * the whole stands above. What was typed stays in any case.
 */
export function SendForm<V>({
  press,
  value,
  known,
  check,
  failed,
  action,
  onCancel,
  disabled,
  children,
}: {
  press: UseMutationResult<unknown, Error, V>;
  value: () => V;
  /** names of fields that stand here */
  known: readonly string[];
  /** what can be said before asking the server, by field; nothing is sent then */
  check?: () => Record<string, string>;
  /** the words above when it failed */
  failed: string;
  action: string;
  onCancel?: () => void;
  disabled?: boolean;
  children: (wrong: Wrong) => ReactNode;
}) {
  const { t } = useTranslation();
  const ref = useRef<HTMLFormElement>(null);
  const problems = press.error instanceof ApiError ? press.error.problems : [];
  const here = problems.filter((p) => p.field !== undefined && known.includes(p.field)).length;
  const [own, setOwn] = useState<Record<string, string>>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (here > 0 || Object.keys(own).length > 0)
      ref.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [press.error, own]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (press.isPending || disabled) return;
    const mine = check?.() ?? {};
    setOwn(mine);
    if (Object.keys(mine).length === 0) press.mutate(value());
  };
  return (
    <Form ref={ref} onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
      {press.isError &&
        (here > 0 && here === problems.length ? (
          <Notice tone="error" live="alert" title={failed} still={t("office.form.fix", { count: here })} />
        ) : (
          <Oops error={press.error} title={failed} still={t("office.form.kept")} />
        ))}
      {children(wrong(press.error, own))}
      <div className="flex flex-wrap justify-end gap-4">
        {onCancel && <Button onPress={onCancel}>{t("ui.cancel")}</Button>}
        <Button type="submit" look="primary" isPending={press.isPending} isDisabled={disabled}>
          {action}
        </Button>
      </div>
    </Form>
  );
}

/** Several texts under one name that survive a reload in this tab. */
export function useDraftOf<T extends object>(key: string, initial: T): [T, (o: Partial<T>) => void, () => void] {
  const name = `yakusho.draft.${key}`;
  const [value, setValue] = useState<T>(() => {
    try {
      return { ...initial, ...(JSON.parse(sessionStorage.getItem(name) ?? "{}") as Partial<T>) };
    } catch {
      return initial; // storage forbidden, or something else stood there
    }
  });
  const first = useRef(initial);
  const set = useCallback(
    (o: Partial<T>) =>
      setValue((old) => {
        const next = { ...old, ...o };
        try {
          sessionStorage.setItem(name, JSON.stringify(next));
        } catch {
          // it then lasts as long as the page
        }
        return next;
      }),
    [name],
  );
  const clear = useCallback(() => {
    setValue(first.current);
    try {
      sessionStorage.removeItem(name);
    } catch {
      // see above
    }
  }, [name]);
  return [value, set, clear];
}

/** A day, as the browser's own calendar field: it is typed and chosen, by keyboard too. */
export function DayField(props: Omit<FieldProps, "type" | "ref">) {
  return <TextField {...props} type="date" inputClass="min-w-0" />;
}

/** Yen, typed as on paper: full-width digits and commas are fine. */
export function YenField({ inputClass = "", ...props }: Omit<FieldProps, "type" | "ref">) {
  return (
    <TextField {...props} inputMode="numeric" autoComplete="off" inputClass={`text-right tabular-nums ${inputClass}`} />
  );
}
