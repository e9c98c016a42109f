import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useErrorText } from "@/lib/api/problem";
import { useSend } from "@/lib/useSend";
import { Button, Confirm, Menu, MenuItem, useToast } from "@/ui";
import { changeAccount } from "../api/changeAccount";
import { endSessions } from "../api/endSessions";
import { accountsQuery } from "../api/listAccounts";
import { resetPassword } from "../api/resetPassword";
import { ChangeAccountDialog } from "./AccountDialogs";

type Asking = "reset" | "disable" | "end";

/** What an admin can do about one account. All but re-enabling is asked for again, as it throws someone out. */
export function AccountActions({
  account: a,
  onIssued,
}: {
  account: Schemas["Account"];
  onIssued: (x: Schemas["AccountWithPassword"]) => void;
}) {
  const { t } = useTranslation();
  const words = useErrorText();
  const say = useToast();
  const client = useQueryClient();
  const [asking, setAsking] = useState<Asking>();
  const [changing, setChanging] = useState(false);
  const act = useSend({
    mutationFn: async (what: Asking | "enable") => {
      if (what === "reset") onIssued(await resetPassword(a.id));
      else if (what === "end") await endSessions(a.id);
      else await changeAccount(a.id, { disabled: what === "disable" });
      return what;
    },
    onSuccess: (what) => {
      if (what !== "reset") say(t(`admin.done.${what}`, { name: a.name }));
    },
    onError: (e) => say(words(e), "error"),
    onSettled: () => {
      setAsking(undefined);
      return client.invalidateQueries({ queryKey: accountsQuery.queryKey });
    },
  });
  return (
    <>
      <Menu
        label={t("admin.actionsOf", { name: a.name })}
        trigger={
          <Button icon="down" className="!px-4 no-underline" aria-label={t("admin.actionsOf", { name: a.name })}>
            {t("admin.actions")}
          </Button>
        }
      >
        <MenuItem icon="person" onAction={() => setChanging(true)}>
          {t("admin.change")}
        </MenuItem>
        <MenuItem icon="key" onAction={() => setAsking("reset")}>
          {t("admin.reset")}
        </MenuItem>
        <MenuItem icon="signout" onAction={() => setAsking("end")}>
          {t("admin.end")}
        </MenuItem>
        {a.disabled ? (
          <MenuItem icon="unlock" onAction={() => act.mutate("enable")}>
            {t("admin.enable")}
          </MenuItem>
        ) : (
          <MenuItem icon="lock" danger onAction={() => setAsking("disable")}>
            {t("admin.disable")}
          </MenuItem>
        )}
      </Menu>
      {asking && (
        <Confirm
          open
          title={t(`admin.ask.${asking}.title`, { name: a.name })}
          action={t(`admin.${asking}`)}
          danger
          pending={act.isPending}
          onConfirm={() => act.mutate(asking)}
          onCancel={() => setAsking(undefined)}
        >
          {t(`admin.ask.${asking}.text`)}
        </Confirm>
      )}
      {changing && <ChangeAccountDialog account={a} onClose={() => setChanging(false)} />}
    </>
  );
}
