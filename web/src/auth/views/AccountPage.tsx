import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { sessionQuery, useSession } from "@/lib/session";
import { useSend } from "@/lib/useSend";
import { Button, Card, Confirm, LinkButton, Notice, Page, PageTitle, PasswordField, useTitle, useToast } from "@/ui";
import { changePassword } from "../api/changePassword";
import { signOutEverywhere } from "../api/signOutEverywhere";

/** The own account: password, and ending all sessions. With a temporary password it is the only page. */
export function AccountPage() {
  const { t } = useTranslation();
  const { account } = useSession();
  useTitle(t("account.title"));
  if (!account) return null; // the guard leads to the sign-in
  return (
    <Page narrow>
      <PageTitle className="mb-4" sub={t("account.of", { name: account.name, login: account.login })}>
        {t("account.title")}
      </PageTitle>
      {account.must_change_password && (
        <Notice
          tone="warn"
          className="mb-4"
          title={t("account.mustChange.title")}
          next={t("account.mustChange.next")}
        />
      )}
      <div className="flex flex-col gap-4">
        <PasswordCard temporary={account.must_change_password} login={account.login} />
        {!account.must_change_password && <EverywhereCard />}
      </div>
    </Page>
  );
}

function PasswordCard({ temporary, login }: { temporary: boolean; login: string }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const currentField = useRef<HTMLInputElement>(null);
  const nextField = useRef<HTMLInputElement>(null);
  const done = useRef<HTMLDivElement>(null);
  const alert = useRef<HTMLDivElement>(null);
  const send = useSend({
    mutationFn: changePassword,
    onSuccess: (s) => {
      setCurrent("");
      setNext("");
      client.setQueryData(sessionQuery.queryKey, s);
    },
  });
  useEffect(() => {
    if (send.isError) alert.current?.focus();
    if (send.isSuccess) done.current?.focus();
  }, [send.isError, send.isSuccess]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (current === "") currentField.current?.focus();
    else if (next === "") nextField.current?.focus();
    else {
      setTried(false);
      send.mutate({ current, new: next });
    }
  };
  return (
    <Card aria-labelledby="password">
      <h2 id="password" className="mb-2 text-xl">
        {t("account.password.title")}
      </h2>
      {send.isError && (
        <Notice
          ref={alert}
          live="alert"
          tone="error"
          className="mb-4"
          title={t("account.password.failed")}
          next={words(send.error)}
        />
      )}
      {send.isSuccess && (
        <Notice
          ref={done}
          live="status"
          tone="ok"
          className="mb-4"
          title={t("account.password.done")}
          still={t("account.password.others")}
          next={<LinkButton href="/">{t("app.toToday")}</LinkButton>}
        />
      )}
      <Form onSubmit={submit} validationBehavior="aria" className="flex max-w-[560px] flex-col gap-4">
        <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
        <PasswordField
          ref={currentField}
          error={tried && current === "" ? t("signin.passwordMissing") : undefined}
          label={t(temporary ? "account.password.temporary" : "account.password.current")}
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          autoFocus={temporary}
        />
        <PasswordField
          ref={nextField}
          error={tried && next === "" ? t("account.password.newMissing") : undefined}
          label={t("account.password.new")}
          hint={t("account.rules")}
          value={next}
          onChange={setNext}
          autoComplete="new-password"
        />
        <Button type="submit" look="primary" size="l" className="mt-2 self-start" isPending={send.isPending}>
          {t("account.password.send")}
        </Button>
      </Form>
    </Card>
  );
}

function EverywhereCard() {
  const { t } = useTranslation();
  const words = useErrorText();
  const say = useToast();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const send = useSend({
    mutationFn: signOutEverywhere,
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
    onError: (e) => say(words(e), "error"),
    onSettled: () => setAsking(false),
  });
  return (
    <Card aria-labelledby="everywhere">
      <h2 id="everywhere" className="mb-2 text-xl">
        {t("account.everywhere.title")}
      </h2>
      <p className="mb-4">{t("account.everywhere.text")}</p>
      <Button icon="signout" onPress={() => setAsking(true)}>
        {t("account.everywhere.send")}
      </Button>
      <Confirm
        open={asking}
        title={t("account.everywhere.ask")}
        action={t("account.everywhere.send")}
        danger
        pending={send.isPending}
        onConfirm={() => send.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t("account.everywhere.consequence")}
      </Confirm>
    </Card>
  );
}
