import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useSend } from "@/lib/useSend";
import { Icon, LinkButton, Notice, Page, Spinner, useTitle } from "@/ui";
import { practiceQuery } from "../../api/getPracticeAttempt";
import { playCustomer } from "../../api/playCustomer";
import { Act, Mark, Oops, Watermark, Yen } from "../../ui";

type Play = Schemas["PracticeAct"]["act"];

/** The pretend wallet on the customer's telephone, opened by reading the QR code of a practice. */
export function PracticePayPage() {
  const { t } = useTranslation();
  const { attempt = "" } = useParams({ strict: false }) as { attempt?: string };
  const client = useQueryClient();
  const { data, error } = useQuery(practiceQuery(attempt));
  const play = useSend<Schemas["PracticePayment"], Play>({
    mutationFn: (act) => playCustomer(attempt, act),
    onSuccess: (got) => client.setQueryData(practiceQuery(attempt).queryKey, got),
  });
  useTitle(t("practice.wallet"));
  const paid = data && ["paid", "customer_shown"].includes(data.state);
  const acted = play.isSuccess ? play.variables : undefined;
  return (
    <div className="flex min-h-dvh flex-col">
      <Watermark />
      <header className="flex min-h-16 items-center gap-3 border-b border-line bg-paper px-4">
        <Icon name="mobile" className="text-key" />
        <b className="text-lg text-ink">{t("practice.wallet")}</b>
        <span className="rounded-full border-2 border-warn bg-warn-soft px-3 font-bold text-warn">
          {t("till.practice")}
        </span>
      </header>
      <Page narrow className="flex max-w-[520px]! flex-col gap-6">
        {!data && !error && <Spinner />}
        {error && !data && (
          <>
            <h1 className="sr-only">{t("practice.wallet")}</h1>
            <Oops error={error} title={t("practice.gone")} />
          </>
        )}
        {data && (
          <>
            <div className="text-center">
              <p className="text-lg">
                {data.office}
                <span className="ml-4">{data.counter}</span>
              </p>
              <h1 className="text-xl">{t("practice.pay")}</h1>
              <Yen big value={data.amount} className="text-[88px] leading-[1.1]" />
              <ul className="mt-2 text-left">
                {data.lines.map((l, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed sale do not move
                  <li key={i} className="flex justify-between border-t border-line py-2">
                    <span>
                      {t("till.nameCount", {
                        name: l.name,
                        count: t("till.countOf", { count: l.count, unit: l.unit }),
                      })}
                    </span>
                    <Yen value={l.amount} />
                  </li>
                ))}
              </ul>
            </div>
            {play.error && <Oops error={play.error} title={t("practice.notPlayed")} />}
            {data.open && !play.isSuccess ? (
              <div className="flex flex-col gap-3">
                <Act look="primary" icon="tick" isPending={play.isPending} onPress={() => play.mutate("pay")}>
                  {t("practice.doPay")}
                </Act>
                <Act icon="close" isPending={play.isPending} onPress={() => play.mutate("decline")}>
                  {t("practice.decline")}
                </Act>
                <Act look="plain" icon="gauge" isPending={play.isPending} onPress={() => play.mutate("silence")}>
                  {t("practice.silence")}
                </Act>
                <p className="text-sub">{t("practice.silenceText")}</p>
              </div>
            ) : (
              <div role="status" className="flex flex-col items-center gap-4 text-center">
                {acted === "silence" && !paid ? (
                  <Notice tone="warn" title={t("practice.silent")} still={t("practice.silentText")} />
                ) : (
                  <>
                    <Mark
                      kind={paid || acted === "pay" ? "paid" : "not_paid"}
                      size={112}
                      className={paid || acted === "pay" ? "text-ok" : "text-err"}
                    />
                    <p className="text-[26px] font-bold text-ink">
                      {t(
                        paid || acted === "pay"
                          ? "practice.paid"
                          : acted === "decline"
                            ? "practice.declined"
                            : "practice.over",
                      )}
                    </p>
                  </>
                )}
                <LinkButton href="/practice">{t("practice.back")}</LinkButton>
              </div>
            )}
          </>
        )}
      </Page>
    </div>
  );
}
