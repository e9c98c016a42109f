import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Link } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useErrorText } from "@/lib/api/problem";
import { Button, Notice, Page, PageTitle, Spinner, useTitle } from "@/ui";
import { tillQuery } from "../../api/getTill";
import { officePaths as p } from "./paths";

type Till = Schemas["Till"];

/** What stands in the row under the header, and who may see it. */
function places(till: Till): { path: string; key: string; under?: string[] }[] {
  const admin = adminPlaces(till);
  return [
    ...(till.accountant ? [{ path: p.home, key: "home" }] : []),
    { path: p.days, key: "days" },
    ...(till.accountant
      ? [
          { path: p.import, key: "import" },
          { path: p.match, key: "match" },
          { path: p.export, key: "export" },
        ]
      : []),
    ...(admin.length > 0
      ? [{ path: (admin[0] as { path: string }).path, key: "admin", under: admin.map((a) => a.path) }]
      : []),
  ];
}

function adminPlaces(till: Till): { path: string; key: string }[] {
  const keeper = till.accountant ? ["prices", "reductions", "notices", "stickers"] : [];
  const ict = till.admin ? ["counters"] : [];
  const both = till.accountant || till.admin ? ["displays", "providers"] : [];
  return ([...keeper, ...ict, ...both] as (keyof typeof p)[]).map((key) => ({ path: p[key] as string, key }));
}

function Row({
  label,
  items,
  path,
  strong,
}: {
  label: string;
  items: ReturnType<typeof places>;
  path: string;
  strong?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <nav aria-label={label} className="print:hidden">
      <ul className={`flex flex-wrap gap-x-1 ${strong ? "" : "gap-y-1"}`}>
        {items.map((i) => {
          const here = path === i.path || (i.under?.includes(path) ?? false);
          return (
            <li key={i.key}>
              <Link
                href={i.path}
                aria-current={here ? "page" : undefined}
                className={
                  strong
                    ? `flex min-h-12 items-center border-b-4 px-3 font-bold no-underline hover:bg-key-soft ${here ? "border-key text-key" : "border-transparent text-body"}`
                    : `flex min-h-11 items-center rounded-full border px-4 no-underline hover:bg-key-soft ${here ? "border-key bg-key-soft font-bold text-key" : "border-line bg-paper text-body"}`
                }
              >
                {t(`office.nav.${i.key}`)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** The pages of 会計課 and of the administration: where one is, the page's name, what can be done at its right end. */
export function OfficePage({
  title,
  sub,
  tools,
  children,
}: {
  title: string;
  sub?: ReactNode;
  tools?: ReactNode;
  children: (till: Till) => ReactNode;
}) {
  const { t } = useTranslation();
  const { data: till, error, refetch } = useQuery(tillQuery);
  const path = useLocation({ select: (l) => l.pathname });
  useTitle(title);
  const admin = till === undefined ? [] : adminPlaces(till);
  return (
    <>
      {till && (
        <div className="border-b border-line bg-paper print:hidden">
          <div className="mx-auto max-w-[1366px] px-1 md:px-5 xl:px-13">
            <Row label={t("office.nav.label")} items={places(till)} path={path} strong />
          </div>
        </div>
      )}
      <Page className="flex flex-col gap-4">
        {admin.some((a) => a.path === path) && <Row label={t("office.nav.adminLabel")} items={admin} path={path} />}
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
          <PageTitle sub={sub}>{title}</PageTitle>
          {tools && <div className="flex flex-wrap items-center gap-2">{tools}</div>}
        </div>
        {till ? children(till) : error ? <Broken error={error} again={() => void refetch()} /> : <Spinner />}
      </Page>
    </>
  );
}

/** What could not be read, and the way to try again. */
export function Broken({ error, again }: { error: unknown; again: () => void }) {
  const { t } = useTranslation();
  const words = useErrorText();
  return (
    <Notice
      tone="error"
      live="alert"
      title={t("office.broken")}
      still={words(error)}
      next={<Button onPress={again}>{t("office.again")}</Button>}
    />
  );
}
