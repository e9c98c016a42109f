import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Button, Confirm, LinkButton, Page, PageTitle, Spinner, Status, type Tone, useTitle } from "@/ui";
import { decideRefund } from "../../api/decideRefund";
import { tillQuery } from "../../api/getTill";
import { refundsQuery } from "../../api/listRefunds";
import { paths } from "../../model/paths";
import { Oops, usePress, Yen } from "../../ui";
import { usePrint } from "./usePrint";

/** 取消 and 還付 that wait for a second person, and those of before. */
export function RefundsPage() {
  const { t } = useTranslation();
  const { data, error } = useQuery({ ...refundsQuery(), refetchInterval: 10_000 });
  const till = useQuery(tillQuery);
  useTitle(t("till.refunds.title"));
  const waiting = data?.filter((r) => r.state === "requested") ?? [];
  const rest = data?.filter((r) => r.state !== "requested") ?? [];
  // The number of a sale begins with that of its counter.
  const printer = (r: Schemas["Refund"]) =>
    till.data?.counters.find((c) => c.number === Number.parseInt(r.label, 10))?.printer ?? false;
  return (
    <Page narrow>
      <div className="mb-4 flex flex-wrap items-start justify-between gap-4">
        <PageTitle>{t("till.refunds.title")}</PageTitle>
        <LinkButton look="text" icon="left" href={paths.home}>
          {t("till.sales.back")}
        </LinkButton>
      </div>
      {!data && !error && <Spinner />}
      {error && !data && <Oops error={error} title={t("till.refunds.failed")} />}
      {data && (
        <div className="flex flex-col gap-4">
          <h2 className="text-xl">{t("till.refunds.waiting", { count: waiting.length })}</h2>
          {waiting.length === 0 && <p>{t("till.refunds.none")}</p>}
          {waiting.map((r) => (
            <RefundCard key={r.id} refund={r} printer={printer(r)} />
          ))}
          {rest.length > 0 && <h2 className="mt-4 text-xl">{t("till.refunds.before")}</h2>}
          {rest.map((r) => (
            <RefundCard key={r.id} refund={r} printer={printer(r)} />
          ))}
        </div>
      )}
    </Page>
  );
}

const tones: Record<Schemas["RefundState"], Tone> = {
  requested: "now",
  rejected: "plain",
  approved: "now",
  unknown: "warn",
  done: "ok",
  failed: "error",
};

/** One refund with what the person at the screen may decide about it. */
export function RefundCard({ refund: r, printer }: { refund: Schemas["Refund"]; printer: boolean }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState<boolean>();
  const paper = usePrint("refund", r.id, printer);
  const decide = usePress<Schemas["Refund"], boolean>({
    intent: `decide:${r.id}`,
    send: (key, agree) => decideRefund(r.id, { key, agree }),
    onSuccess: () => {
      setAsking(undefined);
      void client.invalidateQueries({ queryKey: ["till"] });
    },
  });
  return (
    <article className="flex flex-col gap-2 rounded-box border border-line bg-paper p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="text-lg">
          {t(r.void ? "till.refunds.void" : "till.refunds.refund")}
          <Link href={paths.sale(r.sale)} className="ml-3 inline-flex min-h-11 items-center">
            {t("till.choose.sale", { label: r.label })}
          </Link>
        </h3>
        <Status tone={tones[r.state]} boxed>
          {t(`till.refunds.state.${r.state}`)}
        </Status>
      </div>
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span>
          {t("till.refunds.reason")} <b className="text-ink">{r.reason}</b>
        </span>
        <Yen big value={r.amount} className="text-[36px] leading-tight" />
      </p>
      <p className="text-sub">
        {t("till.refunds.by", { name: r.requested_by, at: stamp(r.requested_at, i18n.language) })}
        {r.decided_by && r.decided_at && (
          <span className="block">
            {t("till.refunds.decided", { name: r.decided_by, at: stamp(r.decided_at, i18n.language) })}
          </span>
        )}
      </p>
      {r.words && <p>{r.words}</p>}
      {decide.error && (
        <Oops error={decide.error} title={t("till.refunds.notDecided")} still={t("till.sale.notMoved")} />
      )}
      {paper.error && <Oops error={paper.error} title={t("till.print.failed")} still={t("till.print.safe")} />}
      <div className="flex flex-wrap gap-3">
        {r.may_agree && (
          <Button look="primary" size="l" icon="check" isPending={decide.isPending} onPress={() => setAsking(true)}>
            {t("till.refunds.agree")}
          </Button>
        )}
        {r.may_reject && (
          <Button size="l" icon="close" isPending={decide.isPending} onPress={() => setAsking(false)}>
            {t(r.may_agree ? "till.refunds.reject" : "till.refunds.withdraw")}
          </Button>
        )}
        {r.state === "done" && (
          <Button icon="print" isPending={paper.pending} onPress={() => paper.print()}>
            {t("till.refunds.print")}
          </Button>
        )}
      </div>
      {paper.sheet}
      <Confirm
        open={asking !== undefined}
        title={t(asking ? "till.refunds.askAgree" : "till.refunds.askReject", { label: r.label })}
        action={t(asking ? "till.refunds.agree" : r.may_agree ? "till.refunds.reject" : "till.refunds.withdraw")}
        pending={decide.isPending}
        onConfirm={() => decide.mutate(asking ?? false)}
        onCancel={() => setAsking(undefined)}
      >
        <p>
          {t(asking ? `till.refunds.agreeText.${r.way}` : "till.refunds.rejectText", {
            yen: new Intl.NumberFormat("ja-JP").format(r.amount),
          })}
        </p>
      </Confirm>
    </article>
  );
}
