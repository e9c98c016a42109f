import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import {
  Button,
  Card,
  Dialog,
  LinkButton,
  Notice,
  Page,
  PageTitle,
  Spinner,
  Status,
  TextAreaField,
  TextField,
  useTitle,
  useToast,
} from "@/ui";
import { saleQuery } from "../../api/getSale";
import { tillQuery } from "../../api/getTill";
import { requestRefund } from "../../api/requestRefund";
import { amount as read } from "../../model/cash";
import { paths } from "../../model/paths";
import { Act, figures, Oops, usePress, Yen } from "../../ui";
import { byWay } from "./PaidScreen";
import { RefundCard } from "./RefundsPage";
import { useSaleState } from "./SalesPage";
import { usePrint } from "./usePrint";

/** One sale with everything that happened to it, and the ways to give money back. */
export function SalePage() {
  const { t } = useTranslation();
  const { sale: id = "" } = useParams({ strict: false }) as { sale?: string };
  const { data, error } = useQuery({ ...saleQuery(id), refetchInterval: 5_000 });
  useTitle(data ? t("till.choose.sale", { label: data.sale.label }) : t("till.sales.title"));
  return (
    <Page narrow>
      {!data && !error && <Spinner />}
      {error && !data && <Oops error={error} title={t("till.sale.failed")} />}
      {data && <Detail d={data} />}
    </Page>
  );
}

function Detail({ d }: { d: Schemas["SaleDetail"] }) {
  const { t, i18n } = useTranslation();
  const { sale } = d;
  const till = useQuery(tillQuery);
  const name = useSaleState();
  const last = d.attempts.at(-1);
  const st = name({ sale, attempt_state: last?.state });
  const printer = till.data?.counters.find((c) => c.id === sale.counter)?.printer ?? false;
  const kind =
    sale.state === "paid" || sale.state === "voided" ? "sale" : last?.phase === "checking" ? "pending" : "ticket";
  const paper = usePrint(kind, kind === "pending" && last ? last.id : sale.id, printer);
  const [asking, setAsking] = useState<"void" | "refund">();
  const running = d.session.state === "open" && sale.state === "open";
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-start justify-between gap-4">
        <PageTitle sub={t("till.sale.by", { counter: d.session.counter_name, clerk: sale.clerk })}>
          {t("till.choose.sale", { label: sale.label })}
        </PageTitle>
        <LinkButton look="text" icon="left" href={paths.sales}>
          {t("till.sale.back")}
        </LinkButton>
      </div>
      <Card>
        <div className="flex flex-wrap items-center justify-between gap-4">
          <Status tone={st.tone} size="l" boxed>
            {st.words}
          </Status>
          <Yen big value={sale.total} className="text-[56px] leading-tight" />
        </div>
        {sale.training && <p className="mt-2 font-bold text-warn">{t("till.sale.training")}</p>}
        {last?.words && sale.state === "open" && <p className="mt-2">{last.words}</p>}
        <ul className="mt-4 border-t border-line pt-2">
          {sale.lines.map((l, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed sale do not move
            <li key={i} className="flex flex-wrap justify-between gap-x-4 border-b border-line py-2 last:border-0">
              <span>
                {t("till.nameCount", { name: l.name, count: t("till.countOf", { count: l.count, unit: l.unit }) })}
                <span className="block text-sub">
                  {l.category_name}
                  {l.reduction && <> {t("till.cart.percent", { name: l.reduction, percent: l.percent ?? 0 })}</>}
                  {l.reason && <> {l.reason}</>}
                </span>
              </span>
              <Yen value={l.amount} className="text-lg" />
            </li>
          ))}
        </ul>
        <div className="mt-4 flex flex-wrap gap-3">
          {running && (
            <Button look="primary" size="l" icon="right" onPress={() => location.assign(paths.desk(d.session.id))}>
              {t("till.sale.desk")}
            </Button>
          )}
          <Button size="l" icon="print" isPending={paper.pending} onPress={() => paper.print(kind === "sale")}>
            {t(`till.sale.print.${kind}`)}
          </Button>
          {d.may_void && (
            <Button size="l" icon="close" onPress={() => setAsking("void")}>
              {t("till.sale.void")}
            </Button>
          )}
          {d.refundable > 0 && (
            <Button size="l" icon="redo" onPress={() => setAsking("refund")}>
              {t("till.sale.refund")}
            </Button>
          )}
        </div>
        {paper.error && <Oops error={paper.error} title={t("till.print.failed")} still={t("till.print.safe")} />}
      </Card>
      {d.refunds.length > 0 && (
        <section className="flex flex-col gap-4">
          <h2 className="text-xl">{t("till.sale.refunds")}</h2>
          {d.refunds.map((r) => (
            <RefundCard key={r.id} refund={r} printer={printer} />
          ))}
        </section>
      )}
      {d.payment && (
        <Card aria-label={t("till.sale.payment")}>
          <h2 className="mb-2 text-xl">{t("till.sale.payment")}</h2>
          <Facts
            rows={[
              [t("till.paid.way"), byWay(d.payment, t)],
              [t("till.paid.ref"), d.payment.ref],
              [t("till.paid.at"), stamp(d.payment.paid_at, i18n.language)],
              [t("till.sale.year"), d.payment.fiscal_year],
              [t("till.sale.confirmed"), t(d.payment.confirmed ? "till.sale.isConfirmed" : "till.sale.notConfirmed")],
            ]}
          />
        </Card>
      )}
      {d.attempts.length > 0 && (
        <Card aria-label={t("till.sale.attempts")}>
          <h2 className="mb-2 text-xl">{t("till.sale.attempts")}</h2>
          <ol>
            {d.attempts.map((a) => (
              <li key={a.id} className="border-t border-line py-2 first:border-0">
                <b className="text-ink">
                  {t("till.sale.attempt", {
                    n: a.number,
                    wallet: a.wallet_name || a.provider_name,
                    way: t(`till.ways.${a.way}.short`),
                  })}
                </b>{" "}
                <span className="tabular-nums">{stamp(a.created_at, i18n.language)}</span>
                <span className="block">{a.situation[0]}</span>
                {a.words && <span className="block text-sub">{a.words}</span>}
              </li>
            ))}
          </ol>
        </Card>
      )}
      {paper.sheet}
      {asking && <RefundDialog d={d} asVoid={asking === "void"} onClose={() => setAsking(undefined)} />}
    </div>
  );
}

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <dl>
      {rows
        .filter(([, v]) => v !== "")
        .map(([k, v]) => (
          <div key={k} className="flex flex-wrap justify-between gap-x-4 border-t border-line py-2 first:border-0">
            <dt className="text-sub">{k}</dt>
            <dd className="font-bold break-all text-ink tabular-nums">{v}</dd>
          </div>
        ))}
    </dl>
  );
}

function RefundDialog({ d, asVoid, onClose }: { d: Schemas["SaleDetail"]; asVoid: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const client = useQueryClient();
  const [amount, setAmount] = useState(String(d.refundable));
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const n = asVoid ? d.refundable : read(amount);
  const badAmount = n === undefined || n < 1 || n > d.refundable;
  const badReason = reason.trim() === "";
  const ask = usePress<Schemas["Refund"], { amount: number; void: boolean; reason: string }>({
    intent: `refund:${d.sale.id}`,
    send: (key, v) => requestRefund(d.sale.id, { key, ...v }),
    onSuccess: () => {
      say(t("till.sale.asked"));
      void client.invalidateQueries({ queryKey: ["till"] });
      onClose();
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (badAmount || badReason) setTried(true);
    else ask.mutate({ amount: n, void: asVoid, reason: reason.trim() });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(asVoid ? "till.sale.voidTitle" : "till.sale.refundTitle", { label: d.sale.label })}
    >
      <Form onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
        <Notice
          tone="info"
          title={t("till.sale.second")}
          still={t(asVoid ? "till.sale.voidText" : "till.sale.refundText")}
        />
        {asVoid ? (
          <p className="flex items-baseline justify-between gap-4">
            <b>{t("till.sale.back2")}</b>
            <Yen big value={d.refundable} className="text-[40px]" />
          </p>
        ) : (
          <TextField
            label={t("till.sale.refundAmount")}
            hint={t("till.free.limit", { limit: figures(d.refundable) })}
            inputMode="numeric"
            autoComplete="off"
            value={amount}
            onChange={setAmount}
            error={tried && badAmount ? t("till.free.wrongAmount", { limit: figures(d.refundable) }) : undefined}
            inputClass="!text-[28px] text-right font-bold"
          />
        )}
        <TextAreaField
          autoFocus
          label={t("till.sale.reason")}
          hint={t("till.sale.reasonHint")}
          value={reason}
          onChange={setReason}
          error={tried && badReason ? t("till.sale.reasonWrong") : undefined}
        />
        {ask.error && <Oops error={ask.error} title={t("till.sale.notAsked")} still={t("till.sale.notMoved")} />}
        <div className="flex flex-wrap justify-end gap-4">
          <Act look="plain" onPress={onClose}>
            {t("ui.cancel")}
          </Act>
          <Act look="primary" type="submit" isPending={ask.isPending}>
            {t("till.sale.ask")}
          </Act>
        </div>
      </Form>
    </Dialog>
  );
}
