import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useSession } from "@/lib/session";
import { Button, Page, PageTitle, Spinner, useTitle } from "@/ui";
import { practiceAttemptsQuery } from "../../api/listPracticeAttempts";
import { listPracticeCodes } from "../../api/listPracticeCodes";
import { ActLink, Oops, Qr, Watermark, Yen } from "../../ui";

/** Plays a customer of 練習モード on a telephone or in a second tab: a code to be read at the counter, or a payment that waits. */
export function PracticePage() {
  const { t } = useTranslation();
  const s = useSession();
  const staff = s.account?.roles.some((r) => ["clerk", "accountant", "admin"].includes(r)) ?? false;
  const waiting = useQuery({ ...practiceAttemptsQuery, enabled: staff });
  const codes = useQuery({
    queryKey: ["till", "practiceCodes"],
    queryFn: ({ signal }) => listPracticeCodes(signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const [code, setCode] = useState<Schemas["PracticeCode"]>();
  useTitle(t("practice.title"));
  const open = waiting.data?.filter((p) => p.open && p.way === "show") ?? [];
  return (
    <div className="flex min-h-dvh flex-col">
      <Watermark />
      <Page narrow>
        <PageTitle>{t("practice.title")}</PageTitle>
        <p className="mt-2">{t("practice.text")}</p>
        {open.length > 0 && (
          <section aria-labelledby="waiting" className="mt-6">
            <h2 id="waiting" className="text-xl">
              {t("practice.waiting")}
            </h2>
            <ul className="mt-2 flex flex-col gap-3">
              {open.map((p) => (
                <li
                  key={p.attempt}
                  className="flex flex-wrap items-center justify-between gap-4 rounded-box border border-line bg-paper p-4"
                >
                  <span>
                    <b className="text-lg text-ink">{p.counter}</b>
                    <span className="ml-4">{t("till.choose.sale", { label: p.label })}</span>
                  </span>
                  <Yen big value={p.amount} className="text-[32px]" />
                  <ActLink look="primary" after="right" href={`/practice/pay/${p.attempt}`}>
                    {t("practice.go")}
                  </ActLink>
                </li>
              ))}
            </ul>
          </section>
        )}
        <section aria-labelledby="codes" className="mt-6 rounded-box border border-line bg-paper p-6">
          <h2 id="codes" className="text-xl">
            {t("practice.codes")}
          </h2>
          <p className="mt-1">{t("practice.codesText")}</p>
          {codes.isPending && <Spinner />}
          {codes.error && <Oops error={codes.error} title={t("practice.failed")} />}
          <div className="mt-4 flex flex-wrap gap-3">
            {codes.data?.map((c) => (
              <Button
                key={c.code}
                size="l"
                aria-pressed={code?.code === c.code}
                icon={code?.code === c.code ? "tick" : undefined}
                className="no-underline"
                onPress={() => setCode(c)}
              >
                {c.label}
              </Button>
            ))}
          </div>
          {code && (
            <div className="mt-6 flex flex-col items-center gap-3">
              <Qr
                text={code.code}
                label={t("practice.qr")}
                className="w-full max-w-[320px] rounded-box border border-line"
              />
              <p data-testid="code" className="num text-[26px] font-bold text-ink">
                {code.code.match(/.{1,4}/g)?.join(" ")}
              </p>
              <p>{t("practice.once")}</p>
            </div>
          )}
          <div className="mt-4">
            <Button
              icon="redo"
              isPending={codes.isFetching}
              onPress={() => {
                setCode(undefined);
                void codes.refetch();
              }}
            >
              {t("practice.fresh")}
            </Button>
          </div>
        </section>
      </Page>
    </div>
  );
}
