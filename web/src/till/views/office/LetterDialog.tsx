import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { serverNow } from "@/lib/clock";
import { copyText } from "@/lib/copy";
import { useSession } from "@/lib/session";
import { stamp } from "@/lib/time";
import { Button, Dialog, TextAreaField, useToast } from "@/ui";
import { saleQuery } from "../../api/getSale";
import { dayText } from "../../model/day";
import { facts, type Group } from "../../model/match";
import { figures } from "../../ui";

/** The words that ask a provider about one kind of difference: to be changed, copied into its form, or printed and posted. */
export function LetterDialog({
  match: m,
  group: g,
  onClose,
}: {
  match: Schemas["Match"];
  group: Group;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const s = useSession();
  const say = useToast();
  const some = g.differences.slice(0, 50);
  const sales = useQueries({
    queries: [...new Set(some.flatMap((d) => (d.sale ? [d.sale] : [])))].map((id) => saleQuery(id)),
  });
  const loaded = sales.every((q) => !q.isLoading);
  const attempts = new Map(sales.flatMap((q) => q.data?.attempts ?? []).map((a) => [a.id, a]));
  const lang = i18n.language;
  const made = () => {
    const value = (k: string, v: string | number) =>
      k === "at"
        ? stamp(v as string, lang)
        : k === "books" || k === "file"
          ? t("recon.letter.yen", { yen: figures(v as number) })
          : String(v);
    const list = some.map((d, i) => {
      const lines = facts(d, d.attempt ? attempts.get(d.attempt) : undefined).map(([k, v]) =>
        t("recon.letter.fact", { name: t(`recon.letter.facts.${k}`), value: value(k, v) }),
      );
      return [t("recon.letter.nth", { n: i + 1 }), ...lines].join("\n");
    });
    const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(serverNow());
    return [
      t("recon.letter.head", {
        date: dayText(today, lang),
        provider: m.provider_name,
        office: s.office.name,
        department: s.account?.department ?? "",
        name: s.account?.name ?? "",
      }),
      t("recon.letter.subject", { from: dayText(m.from, lang), to: dayText(m.to, lang) }),
      t(`recon.letter.ask.${g.kind}`, { count: g.differences.length }),
      ...list,
      ...(g.differences.length > some.length
        ? [t("recon.letter.rest", { count: g.differences.length - some.length })]
        : []),
      t("recon.letter.end", { contact: s.account?.department ?? s.office.name }),
    ].join("\n\n");
  };
  const [text, setText] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: written once, when all is known; then it is the reader's
  useEffect(() => {
    if (loaded && text === undefined) setText(made());
  }, [loaded]);
  return (
    <Dialog open onClose={onClose} title={t("recon.letter.title", { provider: m.provider_name })} width="l">
      <div className="flex flex-col gap-4">
        <TextAreaField
          label={t("recon.letter.label")}
          hint={t("recon.letter.hint")}
          rows={14}
          value={text ?? ""}
          onChange={setText}
          isDisabled={text === undefined}
        />
        <div className="flex flex-wrap justify-end gap-4">
          <Button icon="print" onPress={() => window.print()}>
            {t("recon.letter.print")}
          </Button>
          <Button
            look="primary"
            icon="copy"
            onPress={async () =>
              say(t((await copyText(text ?? "")) ? "recon.letter.copied" : "recon.letter.notCopied"))
            }
          >
            {t("recon.letter.copy")}
          </Button>
        </div>
      </div>
      {createPortal(
        <div
          className="hidden text-[11pt] leading-relaxed whitespace-pre-wrap text-black print:block"
          data-testid="letter"
        >
          <style>
            {
              "@media print { body > :not([data-testid=letter]) { display: none !important } } @page { size: A4; margin: 20mm }"
            }
          </style>
          {text}
        </div>,
        document.body,
      )}
    </Dialog>
  );
}
