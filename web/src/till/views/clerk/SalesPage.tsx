import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Link } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { clockTime } from "@/lib/time";
import { LinkButton, Page, PageTitle, Spinner, Status, TextField, type Tone, useTitle } from "@/ui";
import { tillQuery } from "../../api/getTill";
import { salesQuery } from "../../api/searchSales";
import { paths } from "../../model/paths";
import { Oops, Yen } from "../../ui";

type Row = Schemas["SaleRow"];

/** Sales of a day, to be found again by number or by any id. */
export function SalesPage() {
  const { t } = useTranslation();
  const till = useQuery(tillQuery);
  const [day, setDay] = useState<string>();
  const [text, setText] = useState("");
  const looked = useDeferredValue(text.normalize("NFKC").trim());
  const on = day ?? till.data?.today ?? "";
  const sales = useQuery({
    ...salesQuery(on, on, looked),
    enabled: on !== "",
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const name = useSaleState();
  useTitle(t("till.sales.title"));
  return (
    <Page>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
        <PageTitle>{t("till.sales.title")}</PageTitle>
        <LinkButton look="text" icon="left" href={paths.home}>
          {t("till.sales.back")}
        </LinkButton>
      </div>
      <div className="mb-6 grid gap-4 sm:grid-cols-[auto_minmax(0,1fr)]">
        <TextField label={t("till.sales.day")} type="date" value={on} onChange={setDay} className="sm:w-56" />
        <TextField
          label={t("till.sales.find")}
          hint={t("till.sales.findHint")}
          value={text}
          onChange={setText}
          type="search"
          autoComplete="off"
        />
      </div>
      {sales.error && <Oops error={sales.error} title={t("till.sales.failed")} />}
      {!sales.data && !sales.error && <Spinner />}
      {sales.data?.length === 0 && <p role="status">{t(looked ? "till.sales.noneFound" : "till.sales.none")}</p>}
      {sales.data && sales.data.length > 0 && (
        <section
          aria-label={t("till.sales.title")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll sideways has to be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-box border border-line bg-paper"
        >
          <table className="w-full min-w-[720px] border-collapse">
            <thead>
              <tr className="border-b border-edge text-left text-sub">
                {(["label", "time", "what", "total", "way", "state", "clerk"] as const).map((h) => (
                  <th
                    key={h}
                    scope="col"
                    className={`px-4 py-2 whitespace-nowrap ${h === "total" ? "text-right" : ""}`}
                  >
                    {t(`till.sales.head.${h}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sales.data.map((r) => {
                const st = name(r);
                return (
                  <tr key={r.sale.id} className="border-b border-line last:border-0 hover:bg-ground">
                    <th scope="row" className="px-2 text-left">
                      <Link
                        href={paths.sale(r.sale.id)}
                        className="inline-flex min-h-12 items-center px-2 text-lg whitespace-nowrap tabular-nums"
                      >
                        {r.sale.label}
                      </Link>
                    </th>
                    <td className="px-4 tabular-nums">{clockTime(r.sale.fixed_at)}</td>
                    <td className="px-4 leading-snug">
                      {r.sale.lines.length > 1
                        ? t("till.andMore", { name: r.sale.lines[0]?.name })
                        : r.sale.lines[0]?.name}
                      {r.sale.training && <b className="ml-2 text-warn">{t("till.practice")}</b>}
                    </td>
                    <td className="px-4 text-right text-lg">
                      <Yen value={r.sale.total} />
                      {r.refunded > 0 && (
                        <span className="block text-base text-sub">
                          {t("till.sales.refunded")} <Yen value={r.refunded} />
                        </span>
                      )}
                    </td>
                    <td className="px-4 whitespace-nowrap">{r.wallet_name ?? ""}</td>
                    <td className="px-4">
                      <Status tone={st.tone} className="whitespace-nowrap">
                        {st.words}
                      </Status>
                    </td>
                    <td className="px-4 whitespace-nowrap">{r.sale.clerk}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </Page>
  );
}

/** A sale in a word, with its tone. */
export function useSaleState() {
  const { t } = useTranslation();
  return (r: Pick<Row, "sale" | "attempt_state">): { tone: Tone; words: string } => {
    const { state } = r.sale;
    if (state === "paid") {
      return r.attempt_state === "customer_shown"
        ? { tone: "warn", words: t("till.state.shown") }
        : { tone: "ok", words: t("till.state.paid") };
    }
    if (state === "drop") return { tone: "plain", words: t("till.state.drop") };
    if (state === "voided") return { tone: "plain", words: t("till.state.voided") };
    switch (r.attempt_state) {
      case "unknown":
      case "cancel_requested":
      case "unresolved":
        return { tone: "warn", words: t("till.state.checking") };
      case "created":
      case "sent":
        return { tone: "now", words: t("till.state.waiting") };
      case "not_paid":
      case "reversed":
        return { tone: "error", words: t("till.state.not_paid") };
      default:
        return { tone: "now", words: t("till.state.open") };
    }
  };
}
