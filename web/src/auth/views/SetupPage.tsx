import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { sessionQuery, useSession } from "@/lib/session";
import { useDraft } from "@/lib/useDraft";
import { useSend } from "@/lib/useSend";
import { Button, Card, LinkButton, Notice, Page, PageTitle, PasswordField, TextField, useTitle } from "@/ui";
import { setUp } from "../api/setUp";

/** Makes the first admin with the one-time token that the server printed. */
export function SetupPage({ token }: { token: string }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const s = useSession();
  const [login, setLogin] = useDraft("setup.login");
  const [name, setName] = useDraft("setup.name");
  const [password, setPassword] = useState("");
  const alert = useRef<HTMLDivElement>(null);
  useTitle(t("setup.title"));
  const send = useSend({
    mutationKey: ["signIn"],
    mutationFn: setUp,
    onSuccess: (x) => client.setQueryData(sessionQuery.queryKey, x),
  });
  useEffect(() => {
    if (send.isError) alert.current?.focus();
  }, [send.isError]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ token, login: login.normalize("NFKC").trim(), name: name.trim(), password });
  };
  if (!s.setup_needed) {
    return (
      <Page narrow>
        <PageTitle className="mb-4">{t("setup.title")}</PageTitle>
        <Notice
          tone="info"
          title={t("setup.done")}
          next={<LinkButton href="/signin">{t("signin.title")}</LinkButton>}
        />
      </Page>
    );
  }
  return (
    <Page narrow>
      <PageTitle className="mb-2">{t("setup.title")}</PageTitle>
      <p className="mb-4">{t("setup.lead")}</p>
      <Card>
        {send.isError && (
          <Notice
            ref={alert}
            live="alert"
            tone="error"
            className="mb-4"
            title={t("setup.failed")}
            next={words(send.error)}
          />
        )}
        <Form onSubmit={submit} validationBehavior="aria" className="flex max-w-[560px] flex-col gap-4">
          <TextField
            label={t("setup.name")}
            hint={t("setup.nameHint")}
            value={name}
            onChange={setName}
            autoComplete="name"
            autoFocus
          />
          <TextField
            label={t("signin.login")}
            hint={t("setup.loginHint")}
            value={login}
            onChange={setLogin}
            autoComplete="username"
          />
          <PasswordField
            label={t("signin.password")}
            hint={t("account.rules")}
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
          />
          <Button type="submit" look="primary" size="l" className="mt-2 self-start" isPending={send.isPending}>
            {t("setup.send")}
          </Button>
        </Form>
      </Card>
    </Page>
  );
}
