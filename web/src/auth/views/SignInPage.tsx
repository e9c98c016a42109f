import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form, Button as PlainButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { type Session, sessionQuery, useSession } from "@/lib/session";
import { useDraft } from "@/lib/useDraft";
import { useSend } from "@/lib/useSend";
import { Button, Icon, LinkButton, Logo, Notice, Page, PasswordField, TextField, useTitle } from "@/ui";
import { signIn } from "../api/signIn";
import { Townscape } from "./Townscape";

/** Name, password, one button. After signing in the guard leads on to where the person wanted to go. */
export function SignInPage() {
  const { t } = useTranslation();
  const s = useSession();
  useTitle(t("signin.title"));
  return (
    <Page className="flex flex-col justify-center">
      <div className="mx-auto grid w-full max-w-[1104px] overflow-hidden rounded-box border border-line bg-paper lg:grid-cols-[1fr_528px]">
        <div className="flex flex-col gap-6 bg-key-soft p-6 md:p-8 lg:px-12 short:py-4">
          <div className="short:hidden">
            <Logo town={s.office.name} size="l" />
          </div>
          <p className="text-xl text-ink short:hidden">{t("signin.lead")}</p>
          <Townscape className="my-auto hidden w-full text-key lg:block" />
          <div className="flex flex-wrap gap-4">
            <LinkButton href="/number" icon="keypad">
              {t("signin.number")}
            </LinkButton>
            <LinkButton href="/check" icon="gauge">
              {t("signin.check")}
            </LinkButton>
          </div>
        </div>
        <SignInForm session={s} />
      </div>
    </Page>
  );
}

function SignInForm({ session }: { session: Session }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const client = useQueryClient();
  const [login, setLogin] = useDraft("login");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const alert = useRef<HTMLDivElement>(null);
  const loginField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const send = useSend({
    mutationKey: ["signIn"],
    mutationFn: signIn,
    onSuccess: (s) => client.setQueryData(sessionQuery.queryKey, s),
    onError: () => setPassword(""),
  });
  useEffect(() => {
    if (send.isError) alert.current?.focus();
  }, [send.isError]);

  const submit = (e: FormEvent) => {
    e.preventDefault();
    const name = login.normalize("NFKC").trim();
    setMissing(true);
    if (name === "") loginField.current?.focus();
    else if (password === "") passwordField.current?.focus();
    else {
      setMissing(false);
      send.mutate({ login: name, password });
    }
  };
  return (
    <div className="p-6 md:p-8 lg:px-12">
      <h1 className="mb-4 text-[26px]">{t("signin.title")}</h1>
      {session.setup_needed && (
        <Notice tone="info" className="mb-4" title={t("signin.setup.title")} next={t("signin.setup.next")} />
      )}
      {send.isError && (
        <Notice
          ref={alert}
          live="alert"
          tone="error"
          className="mb-4"
          title={t("signin.failed")}
          next={words(send.error)}
        />
      )}
      <Form onSubmit={submit} validationBehavior="aria" className="flex flex-col gap-4">
        <TextField
          ref={loginField}
          label={t("signin.login")}
          name="username"
          autoComplete="username"
          autoFocus={login === ""}
          value={login}
          onChange={setLogin}
          error={missing && login.trim() === "" ? t("signin.loginMissing") : undefined}
        />
        <PasswordField
          ref={passwordField}
          label={t("signin.password")}
          name="password"
          autoComplete="current-password"
          autoFocus={login !== ""}
          value={password}
          onChange={setPassword}
          error={missing && password === "" ? t("signin.passwordMissing") : undefined}
        />
        <Button type="submit" look="primary" size="xl" wide className="mt-2" isPending={send.isPending}>
          {t(send.isPending ? "signin.sending" : "signin.send")}
        </Button>
      </Form>
      {session.office.contact !== "" && !session.sample && (
        <p className="mt-6 text-sub">{t("signin.forgotten", { contact: session.office.contact })}</p>
      )}
      {session.sample && (
        <Samples
          session={session}
          onPick={(l, p) => {
            setLogin(l);
            setPassword(p);
            setMissing(false);
            send.reset();
          }}
        />
      )}
    </div>
  );
}

/** People of the sample town; a press fills the form in, so that signing in is still done by hand. */
function Samples({ session, onPick }: { session: Session; onPick: (login: string, password: string) => void }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const accounts = session.sample_accounts ?? [];
  if (accounts.length === 0) return null;
  const shown = all ? accounts : accounts.slice(0, 4);
  return (
    <section aria-labelledby="samples" className="mt-6 border-t border-line pt-4">
      <h2 id="samples" className="text-lg">
        {t("signin.samples.title")}
      </h2>
      <p className="mb-2 leading-normal text-sub">{t("signin.samples.text")}</p>
      <ul className="grid gap-2 sm:grid-cols-2">
        {shown.map((a) => (
          <li key={a.login}>
            <PlainButton
              onPress={() => onPick(a.login, a.password)}
              className="flex min-h-14 w-full cursor-pointer items-center gap-3 rounded-ctl border border-edge bg-paper px-3 py-1 text-left leading-snug hover:border-key hover:bg-key-soft"
            >
              <Icon name="person" className="text-key" />
              <span>
                <b className="block text-ink">{a.name}</b>
                <span className="text-sub">{a.note}</span>
              </span>
            </PlainButton>
          </li>
        ))}
      </ul>
      {accounts.length > 4 && (
        <Button
          look="text"
          icon={all ? "up" : "down"}
          onPress={() => setAll(!all)}
          aria-expanded={all}
          className="mt-1 -ml-3"
        >
          {t(all ? "signin.samples.less" : "signin.samples.more", { count: accounts.length })}
        </Button>
      )}
    </section>
  );
}
