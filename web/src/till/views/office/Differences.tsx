import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Button, Icon } from "@/ui";
import { attemptQuery } from "../../api/getAttempt";
import { type Group, groups, loss } from "../../model/match";
import { paths } from "../../model/paths";
import { figures } from "../../ui";
import { AttemptDialog } from "./AttemptDialog";
import { Drawing } from "./Drawing";
import { LetterDialog } from "./LetterDialog";

/** Under the table: what each difference is, that no money is lost, what comes next. One letter at a time may be written. */
export function Differences({ m }: { m: Schemas["Match"] }) {
  const { t } = useTranslation();
  const [letter, setLetter] = useState<Group>();
  const all = groups(m);
  if (all.length === 0) return null;
  return (
    <>
      <section aria-label={t("recon.diff.title")} className="flex flex-col gap-4">
        {all.map((g, i) => (
          <Kind key={`${g.kind} ${g.wallet}`} group={g} first={i === 0} onLetter={() => setLetter(g)} />
        ))}
      </section>
      {letter && <LetterDialog match={m} group={letter} onClose={() => setLetter(undefined)} />}
    </>
  );
}

const shownAtOnce = 5;

function Kind({ group: g, first, onLetter }: { group: Group; first: boolean; onLetter: () => void }) {
  const { t, i18n } = useTranslation();
  const [whole, setWhole] = useState(false);
  const [shown, setShown] = useState<Schemas["Difference"]>();
  const list = whole ? g.differences : g.differences.slice(0, shownAtOnce);
  return (
    <article className="grid items-start gap-x-6 gap-y-4 rounded-box border-2 border-warn bg-paper px-6 py-5 lg:grid-cols-[56px_1fr_280px]">
      <svg width="56" height="52" viewBox="0 0 136 124" aria-hidden="true" className="hidden text-warn lg:block">
        <path
          d="M68 10 126 112H10z"
          fill="currentColor"
          stroke="currentColor"
          strokeWidth="16"
          strokeLinejoin="round"
        />
        <path d="M68 44v34M68 96v.01" stroke="#fff" strokeWidth="13" strokeLinecap="round" />
      </svg>
      <div className="min-w-0">
        <h2 className="flex items-start gap-2 text-[22px]">
          <Icon name="warn" className="mt-1 text-warn lg:hidden" />
          {t(`recon.diff.${g.kind}`, { wallet: g.wallet, count: g.differences.length, yen: figures(g.yen) })}
        </h2>
        <ul className="my-2 divide-y divide-line">
          {list.map((d) => (
            <li
              key={`${d.line} ${d.attempt} ${d.at} ${d.yen}`}
              className="flex flex-wrap items-center gap-x-3 leading-normal text-ink"
            >
              <span>{stamp(d.at, i18n.language)}</span>
              {d.counter_name && <span>{d.counter_name}</span>}
              {d.sale ? (
                <a href={paths.sale(d.sale)} className="inline-flex min-h-11 items-center font-bold tabular-nums">
                  {t("recon.diff.sale", { label: d.label ?? d.sale })}
                </a>
              ) : (
                <span className="inline-flex min-h-11 items-center">{t("recon.diff.noSale")}</span>
              )}
              {d.line !== undefined && <span>{t("recon.diff.line", { line: figures(d.line) })}</span>}
              <span className="tabular-nums">
                {t("recon.diff.both", { books: figures(d.books), file: figures(d.file) })}
              </span>
              <b className="tabular-nums">{t("recon.diff.yen", { yen: signed(d.yen) })}</b>
              {d.attempt && (
                <Button
                  look="text"
                  className="!-my-1 !min-h-11 !py-1"
                  aria-label={t("recon.diff.attemptOf", { label: d.label ?? "" })}
                  onPress={() => setShown(d)}
                >
                  {t("recon.diff.attempt")}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {g.differences.length > list.length && (
          <Button look="text" className="!-ml-3" onPress={() => setWhole(true)}>
            {t("recon.diff.more", { count: g.differences.length - list.length })}
          </Button>
        )}
        {shown?.attempt && (
          <Attempt id={shown.attempt} counter={shown.counter_name ?? ""} onClose={() => setShown(undefined)} />
        )}
        <p className="leading-relaxed">
          {g.differences[0]?.words} <b className="text-ink">{t(`recon.diff.loss.${loss(g.kind)}`)}</b>
        </p>
      </div>
      <div className="grid gap-3">
        <Button look={first ? "primary" : "outline"} size="l" wide onPress={onLetter}>
          <span className="flex items-center gap-2">
            <Drawing name="file" />
            {t("recon.letter.action")}
          </span>
        </Button>
        {(g.kind === "only_books" || g.kind === "refund_missing") && (
          <p className="leading-normal text-sub">{t("recon.diff.nextFile")}</p>
        )}
      </div>
    </article>
  );
}

function Attempt({ id, counter, onClose }: { id: string; counter: string; onClose: () => void }) {
  const { data } = useQuery(attemptQuery(id));
  return data ? <AttemptDialog attempt={data} counter={counter} onClose={onClose} /> : null;
}

const signed = (n: number) => (n > 0 ? `\uff0b${figures(n)}` : figures(n).replace("-", "\u2212"));
