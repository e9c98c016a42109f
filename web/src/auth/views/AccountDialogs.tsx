import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useErrorText } from "@/lib/api/problem";
import { copyText } from "@/lib/copy";
import { useSend } from "@/lib/useSend";
import { Button, Checkbox, CheckboxGroup, Dialog, Notice, TextField, useToast } from "@/ui";
import { changeAccount } from "../api/changeAccount";
import { createAccount } from "../api/createAccount";
import { accountsQuery } from "../api/listAccounts";

type Role = Schemas["Role"];
const roles: readonly Role[] = ["staff", "clerk", "accountant", "organiser", "admin"];

function RoleChoice({ value, onChange }: { value: Role[]; onChange: (r: Role[]) => void }) {
  const { t } = useTranslation();
  return (
    <CheckboxGroup label={t("admin.roles")} value={value} onChange={(v) => onChange(v as Role[])}>
      {roles.map((r) => (
        <Checkbox key={r} value={r} hint={t(`admin.roleHint.${r}`)}>
          {t(`admin.role.${r}`)}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}

export function NewAccountDialog({
  open,
  onClose,
  onMade,
}: {
  open: boolean;
  onClose: () => void;
  onMade: (x: Schemas["AccountWithPassword"]) => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("admin.add")}>
      <NewAccountForm onClose={onClose} onMade={onMade} />
    </Dialog>
  );
}

function NewAccountForm({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (x: Schemas["AccountWithPassword"]) => void;
}) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<Role[]>(["staff"]);
  const send = useSend({
    mutationFn: createAccount,
    onSuccess: (x) => {
      void client.invalidateQueries({ queryKey: accountsQuery.queryKey });
      onMade(x);
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ login: login.normalize("NFKC").trim(), name: name.trim(), roles: chosen });
  };
  return (
    <Form onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
      {send.isError && <Notice live="alert" tone="error" title={t("admin.notMade")} next={words(send.error)} />}
      <TextField label={t("admin.name")} value={name} onChange={setName} autoFocus autoComplete="off" />
      <TextField
        label={t("signin.login")}
        hint={t("setup.loginHint")}
        value={login}
        onChange={setLogin}
        autoComplete="off"
      />
      <RoleChoice value={chosen} onChange={setChosen} />
      <div className="flex flex-wrap justify-end gap-4">
        <Button onPress={onClose}>{t("ui.cancel")}</Button>
        <Button type="submit" look="primary" isPending={send.isPending}>
          {t("admin.make")}
        </Button>
      </div>
    </Form>
  );
}

export function ChangeAccountDialog({ account, onClose }: { account: Schemas["Account"]; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const say = useToast();
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const [chosen, setChosen] = useState<Role[]>(account.roles);
  const send = useSend({
    mutationFn: () => changeAccount(account.id, { name: name.trim(), roles: chosen }),
    onSuccess: async () => {
      await client.invalidateQueries();
      say(t("admin.done.change", { name }));
      onClose();
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={t("admin.changeOf", { name: account.name })}>
      <Form onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
        {send.isError && <Notice live="alert" tone="error" title={t("admin.notChanged")} next={words(send.error)} />}
        <TextField label={t("admin.name")} value={name} onChange={setName} autoFocus />
        <RoleChoice value={chosen} onChange={setChosen} />
        <div className="flex flex-wrap justify-end gap-4">
          <Button onPress={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" look="primary" isPending={send.isPending}>
            {t("admin.save")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** The temporary password, once, large enough to copy by hand. Only its own button closes it. */
export function PasswordDialog({
  issued,
  onClose,
}: {
  issued: Schemas["AccountWithPassword"] | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const say = useToast();
  return (
    <Dialog
      open={issued !== undefined}
      onClose={onClose}
      title={t("admin.issued.title", { name: issued?.account.name })}
      dismissable={false}
    >
      <dl className="mb-4 rounded-ctl bg-key-soft p-4 sm:p-6">
        <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
          <dt className="font-bold">{t("signin.login")}</dt>
          <dd className="text-xl font-bold text-ink">{issued?.account.login}</dd>
        </div>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-key-line pt-2">
          <dt className="font-bold">{t("admin.issued.password")}</dt>
          <dd className="break-all font-mono text-[22px] font-bold sm:text-[32px] sm:tracking-wider text-ink select-all">
            {issued?.password}
          </dd>
        </div>
      </dl>
      <p>{t("admin.issued.tell")}</p>
      <p className="mb-6 font-bold">{t("admin.issued.once")}</p>
      <div className="flex flex-wrap justify-end gap-4">
        <Button
          icon="copy"
          onPress={async () => {
            if (await copyText(issued?.password ?? "")) say(t("app.copied"));
            else say(t("app.notCopied"), "error");
          }}
        >
          {t("admin.issued.copy")}
        </Button>
        <Button look="primary" onPress={onClose}>
          {t("admin.issued.close")}
        </Button>
      </div>
    </Dialog>
  );
}
