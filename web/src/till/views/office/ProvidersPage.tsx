import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Card, Notice, Status } from "@/ui";
import { providersQuery } from "../../api/listProviders";
import { Broken, OfficePage } from "./OfficePage";

type Provider = Schemas["Provider"];

/** Those that need a contract. */
const contracts = [
  { name: "paypay", label: "PayPay" },
  { name: "univapay", label: "UnivaPay" },
];

/** The others need none and can always be used. */
const inside = ["static", "cash", "training"];

/** 決済事業者: set up or not, how it answers, how far its clock is from ours. */
export function ProvidersPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("shelf.providers.title")}>{(till) => <Providers wallets={till.wallets} />}</OfficePage>;
}

function Providers({ wallets }: { wallets: readonly Schemas["Wallet"][] }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(providersQuery);
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  const outside = data.filter((p) => !inside.includes(p.name));
  const missing = contracts.filter((c) => !data.some((p) => p.name === c.name));
  return (
    <>
      <p>{t("shelf.providers.text")}</p>
      <ul className="grid items-start gap-4 lg:grid-cols-2">
        {outside.map((p) => (
          <li key={p.name}>
            <One provider={p} wallets={wallets} />
          </li>
        ))}
        {missing.map((c) => (
          <li key={c.name}>
            <Card as="article" aria-label={c.label} className="!py-4">
              <Head name={c.label} tone="plain" words={t("shelf.providers.notSet")} />
              <p>{t("shelf.providers.notSetText", { name: c.label })}</p>
            </Card>
          </li>
        ))}
      </ul>
      <p className="text-sub">{t("shelf.providers.inside")}</p>
    </>
  );
}

function Head({ name, tone, words }: { name: string; tone: "ok" | "warn" | "plain"; words: string }) {
  return (
    <div className="mb-1 flex flex-wrap items-center justify-between gap-x-4">
      <h2 className="text-lg">{name}</h2>
      <Status tone={tone}>{words}</Status>
    </div>
  );
}

function One({ provider: p, wallets }: { provider: Provider; wallets: readonly Schemas["Wallet"][] }) {
  const { t, i18n } = useTranslation();
  const h = p.health;
  const name = (id: string) => wallets.find((w) => w.id === id)?.name ?? id;
  const off = h.clock_offset_ms;
  const far = off !== undefined && Math.abs(off) >= 30_000;
  return (
    <Card as="article" aria-label={p.label} className="!py-4">
      <Head
        name={p.label}
        tone={h.state === "ok" ? "ok" : h.state === "trouble" ? "warn" : "plain"}
        words={t(`shelf.providers.state.${h.state}`)}
      />
      {h.state === "trouble" ? <Notice tone="warn" title={h.words} className="my-2" /> : <p>{h.words}</p>}
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4">
        {p.ways.map((w) => (
          <Fact key={w.way} name={t(`office.way.${w.way}`)}>
            {w.wallets.map(name).join(t("shelf.notices.comma"))}
          </Fact>
        ))}
        <Fact name={t("shelf.providers.statements")}>{t(p.statements ? "shelf.yes" : "shelf.no")}</Fact>
        <Fact name={t("shelf.providers.refunds")}>
          {t(p.refunds ? "shelf.providers.refundsYes" : "shelf.providers.refundsNo")}
        </Fact>
        {h.last_ok_at && <Fact name={t("shelf.providers.lastOk")}>{stamp(h.last_ok_at, i18n.language)}</Fact>}
        {h.last_error_at && <Fact name={t("shelf.providers.lastError")}>{stamp(h.last_error_at, i18n.language)}</Fact>}
        {off !== undefined && (
          <Fact name={t("shelf.providers.clock")}>
            <span className={far ? "font-bold text-warn" : ""}>
              {Math.abs(off) < 500
                ? t("shelf.providers.clockGood")
                : t(off > 0 ? "shelf.providers.clockAhead" : "shelf.providers.clockBehind", {
                    s: (Math.abs(off) / 1000).toFixed(1),
                  })}
            </span>
          </Fact>
        )}
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-sub">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
