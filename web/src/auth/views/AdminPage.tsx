import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useErrorText } from "@/lib/api/problem";
import { stamp } from "@/lib/time";
import { Button, Card, Notice, Page, PageTitle, Spinner, Status, TextField, useTitle } from "@/ui";
import { accountsQuery } from "../api/listAccounts";
import { AccountActions } from "./AccountActions";
import { NewAccountDialog, PasswordDialog } from "./AccountDialogs";

/** Everyone who may sign in: who they are, what they may do, and the few things an admin does about it. */
export function AdminPage() {
  const { t } = useTranslation();
  const words = useErrorText();
  const { data, error, refetch } = useQuery(accountsQuery);
  const [filter, setFilter] = useState("");
  const [making, setMaking] = useState(false);
  const [issued, setIssued] = useState<Schemas["AccountWithPassword"]>();
  useTitle(t("admin.title"));
  const shown = useMemo(() => (data ?? []).filter((a) => matches(a, filter)), [data, filter]);
  return (
    <Page>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
        <PageTitle sub={data && t("admin.count", { count: data.length })}>{t("admin.title")}</PageTitle>
        <Button look="primary" icon="personPlus" onPress={() => setMaking(true)}>
          {t("admin.add")}
        </Button>
      </div>
      <Card className="!p-0">
        <div className="p-4 md:p-6">
          <TextField
            label={t("admin.filter")}
            type="search"
            value={filter}
            onChange={setFilter}
            className="max-w-[480px]"
          />
        </div>
        {!data && !error && <Spinner />}
        {!data && error && (
          <Notice
            tone="error"
            live="alert"
            className="m-6 mt-0"
            title={t("admin.failed")}
            still={words(error)}
            next={<Button onPress={() => void refetch()}>{t("app.offline.retry")}</Button>}
          />
        )}
        {data && <AccountTable accounts={shown} onIssued={setIssued} />}
        {data && shown.length === 0 && <p className="px-6 pb-6">{t("admin.none")}</p>}
      </Card>
      <NewAccountDialog
        open={making}
        onClose={() => setMaking(false)}
        onMade={(x) => {
          setMaking(false);
          setIssued(x);
        }}
      />
      <PasswordDialog issued={issued} onClose={() => setIssued(undefined)} />
    </Page>
  );
}

function matches(a: Schemas["Account"], filter: string): boolean {
  const wanted = filter.normalize("NFKC").trim().toLowerCase();
  return [a.login, a.name, a.department, a.office].some((s) => s.normalize("NFKC").toLowerCase().includes(wanted));
}

/** A table on a desk screen; on a narrow one each row becomes a block with its labels. */
function AccountTable({
  accounts,
  onIssued,
}: {
  accounts: readonly Schemas["Account"][];
  onIssued: (x: Schemas["AccountWithPassword"]) => void;
}) {
  const { t, i18n } = useTranslation();
  const th = "px-4 py-3 text-left font-bold text-ink first:pl-6 last:pr-6";
  const td = "block px-4 py-1 align-middle lg:table-cell lg:py-2 lg:first:pl-6 lg:last:pr-6";
  return (
    <table className="block w-full border-t border-line leading-normal lg:table">
      <caption className="sr-only">{t("admin.title")}</caption>
      <thead className="hidden border-b border-line bg-ground lg:table-header-group">
        <tr>
          <th scope="col" className={th}>
            {t("admin.name")}
          </th>
          <th scope="col" className={th}>
            {t("admin.department")}
          </th>
          <th scope="col" className={th}>
            {t("admin.roles")}
          </th>
          <th scope="col" className={th}>
            {t("admin.state")}
          </th>
          <th scope="col" className={th}>
            {t("admin.lastSignIn")}
          </th>
          <th scope="col" className={th}>
            <span className="sr-only">{t("admin.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody className="block lg:table-row-group">
        {accounts.map((a) => (
          <tr
            key={a.id}
            className="grid border-b border-line py-3 last:border-b-0 sm:grid-cols-[1fr_1fr_auto] lg:table-row lg:py-0"
          >
            <th scope="row" className={`${td} text-left font-normal`}>
              <b className="mr-3 inline-block text-ink lg:block">{a.name}</b>
              <span className="text-sub">{a.login}</span>
            </th>
            <td className={td}>
              {a.department} {a.office && <span className="text-sub">{a.office}</span>}
            </td>
            <td className={td}>{a.roles.map((r) => t(`admin.role.${r}`)).join(t("admin.listComma"))}</td>
            <td className={td}>
              {a.disabled ? (
                <Status tone="error">{t("admin.disabled")}</Status>
              ) : a.must_change_password ? (
                <Status tone="warn">{t("admin.temporary")}</Status>
              ) : (
                <Status tone="ok">{t("admin.active")}</Status>
              )}
            </td>
            <td className={`${td} whitespace-nowrap`}>
              <span className="text-sub lg:sr-only">{t("admin.lastSignIn")} </span>
              {a.last_sign_in ? stamp(a.last_sign_in, i18n.language) : t("admin.never")}
            </td>
            <td className={`${td} lg:text-right`}>
              <AccountActions account={a} onIssued={onIssued} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
