import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { Button, LinkButton, Notice, Select, Spinner } from "@/ui";
import { exportAddress } from "../../api/checkExport";
import { matchQuery } from "../../api/getMatch";
import { providersQuery } from "../../api/listProviders";
import { dayText, isDay, month, shortDay } from "../../model/day";
import { waiting } from "../../model/match";
import { figures } from "../../ui";
import { DepositDialog } from "./DepositDialog";
import { Differences } from "./Differences";
import { DayField } from "./form";
import { Deposits, MatchTable, ThreeCards } from "./MatchTable";
import { Broken, OfficePage } from "./OfficePage";
import { officePaths } from "./paths";

interface Wanted {
  provider?: string;
  from?: string;
  to?: string;
}

/** 三者照合: our ledger, the provider's files and the bank, to the yen. */
export function MatchPage() {
  const { t, i18n } = useTranslation();
  const wanted = useSearch({ strict: false }) as Wanted;
  const span =
    wanted.from && wanted.to
      ? t("recon.match.span", { from: dayText(wanted.from, i18n.language), to: shortDay(wanted.to, i18n.language) })
      : undefined;
  return (
    <OfficePage
      title={t("recon.match.title")}
      sub={span && <span className="text-base">{span}</span>}
      tools={
        wanted.from && wanted.to
          ? (["csv_sjis", "xlsx"] as const).map((f) => (
              <LinkButton
                key={f}
                look="text"
                icon="download"
                href={
                  f === "xlsx"
                    ? exportAddress({ name: "payments", from: wanted.from, to: wanted.to }, f)
                    : `${officePaths.export}?${new URLSearchParams({ name: "revenue", from: wanted.from ?? "", to: wanted.to ?? "" })}`
                }
                download={f === "xlsx" ? "" : undefined}
              >
                {t(`recon.match.${f}`)}
              </LinkButton>
            ))
          : undefined
      }
    >
      {(till) => <Choose till={till} wanted={wanted} />}
    </OfficePage>
  );
}

function Choose({ till, wanted }: { till: Schemas["Till"]; wanted: Wanted }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const providers = useQuery(providersQuery);
  const readable = (providers.data ?? []).filter((p) => p.statements);
  const span = month(till.today);
  const provider = wanted.provider ?? readable[0]?.name ?? "";
  const [from, setFrom] = useState(wanted.from ?? span.from);
  const [to, setTo] = useState(wanted.to ?? till.today);
  const ok = isDay(from) && isDay(to) && from <= to;
  const show = (o: Wanted) =>
    void navigate({ to: officePaths.match, search: { provider, from, to, ...o } as never, replace: true });
  const change = (o: { from?: string; to?: string }) => {
    if (o.from !== undefined) setFrom(o.from);
    if (o.to !== undefined) setTo(o.to);
    const [f, u] = [o.from ?? from, o.to ?? to];
    if (isDay(f) && isDay(u) && f <= u) show({ from: f, to: u });
  };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...matchQuery(provider, from, to),
    enabled: provider !== "" && ok,
    placeholderData: keepPreviousData,
  });
  if (providers.data && readable.length === 0) {
    return <Notice tone="info" title={t("recon.import.noProvider")} next={t("recon.import.noProviderNext")} />;
  }
  return (
    <>
      <div className="flex flex-wrap items-start gap-4">
        <Select
          className="w-56"
          label={t("recon.provider")}
          options={readable.map((p) => ({ id: p.name, label: p.label }))}
          value={provider}
          onChange={(p) => show({ provider: p })}
        />
        <DayField label={t("recon.match.from")} value={from} onChange={(x) => change({ from: x })} />
        <DayField
          label={t("recon.match.to")}
          value={to}
          onChange={(x) => change({ to: x })}
          error={isDay(from) && isDay(to) && from > to ? t("office.span") : undefined}
        />
      </div>
      {error && !data && <Broken error={error} again={() => void refetch()} />}
      {data ? (
        <div className={`flex flex-col gap-4 ${isPlaceholderData ? "opacity-60" : ""}`} aria-busy={isPlaceholderData}>
          <Shown m={data} />
        </div>
      ) : (
        !error && provider !== "" && ok && <Spinner />
      )}
    </>
  );
}

function Shown({ m }: { m: Schemas["Match"] }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const wait = waiting(m);
  return (
    <>
      {!m.covered && (
        <Notice
          tone="info"
          title={t(m.files.length === 0 ? "recon.match.noFiles" : "recon.match.notCovered")}
          still={
            wait.count > 0
              ? t("recon.match.waiting", { count: wait.count, yen: figures(wait.yen) })
              : t("recon.match.before")
          }
          next={
            <LinkButton href={officePaths.import} icon="right">
              {t("recon.match.toImport")}
            </LinkButton>
          }
        />
      )}
      <ThreeCards m={m} />
      <MatchTable m={m} />
      <Differences m={m} />
      <Deposits m={m} />
      <div>
        <Button icon="plus" onPress={() => setAdding(true)}>
          {t("recon.deposit.add")}
        </Button>
      </div>
      {adding && <DepositDialog m={m} onClose={() => setAdding(false)} />}
    </>
  );
}
