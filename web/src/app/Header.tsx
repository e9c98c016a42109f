import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { Link, Button as PlainButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { signOut } from "@/auth/api/signOut";
import { useErrorText } from "@/lib/api/problem";
import { setLanguage } from "@/lib/i18n";
import { sessionQuery, useSession } from "@/lib/session";
import { Button, Icon, LinkButton, Logo, Menu, MenuItem, useToast, VisuallyHidden } from "@/ui";

/** Town, help, who is signed in, way out. On a narrow screen all but the town is behind one button. */
export function Header() {
  const { t, i18n } = useTranslation();
  const s = useSession();
  const path = useLocation({ select: (l) => l.pathname });
  const leave = useSignOut();
  const other = i18n.language === "en" ? "ja" : "en";
  const switchTo = t("app.switchLanguage", { lng: other });
  const admin = s.account?.roles.includes("admin") ?? false;
  const name = s.account
    ? t("app.person", { name: s.account.name })
    : s.guest
      ? t("app.guest", { name: s.guest.name })
      : "";
  const rule = <span aria-hidden="true" className="h-8 w-px bg-line" />;
  return (
    <header className="border-b border-line bg-paper">
      <div className="mx-auto flex min-h-18 max-w-[1366px] items-center gap-2 px-4 md:px-8 xl:px-16">
        <Link href="/" className="mr-auto rounded-ctl py-2 no-underline">
          <Logo town={s.office.name} />
          <VisuallyHidden>{t("app.homeLink")}</VisuallyHidden>
        </Link>

        <div className="-mr-3 hidden items-center gap-2 lg:flex">
          <Button look="text" icon="globe" onPress={() => setLanguage(other)}>
            <span lang={other}>{switchTo}</span>
          </Button>
          <LinkButton look="text" icon="help" href="/help">
            {t("app.help")}
          </LinkButton>
          {name !== "" && rule}
          {s.account && (
            <Menu
              label={t("app.accountMenu")}
              trigger={
                <PlainButton className="flex min-h-12 cursor-pointer items-center gap-4 rounded-ctl px-3 leading-normal hover:bg-ground">
                  <b className="text-ink">{name}</b>
                  <span className="hidden xl:inline">{s.account.department}</span>
                  <span className="hidden text-sub xl:inline">{s.account.office}</span>
                  <Icon name="down" size={20} className="-ml-2 text-sub" />
                  <VisuallyHidden>{t("app.accountMenu")}</VisuallyHidden>
                </PlainButton>
              }
            >
              <MenuItem icon="key" href="/account">
                {t("app.account")}
              </MenuItem>
              {admin ? (
                <MenuItem icon="gear" href="/admin">
                  {t("app.admin")}
                </MenuItem>
              ) : null}
            </Menu>
          )}
          {s.guest && !s.account && <b className="px-3 text-ink">{name}</b>}
          {s.signed_in ? (
            <>
              {rule}
              <Button look="text" icon="signout" onPress={leave}>
                {t("app.signOut")}
              </Button>
            </>
          ) : (
            path !== "/signin" && (
              <LinkButton look="text" icon="person" href="/signin">
                {t("app.signIn")}
              </LinkButton>
            )
          )}
        </div>

        <div className="lg:hidden">
          <Menu
            label={t("ui.menu")}
            trigger={
              <Button icon="menu" className="!px-4 no-underline">
                {t("ui.menu")}
              </Button>
            }
          >
            <MenuItem icon="meet" href="/">
              {t(s.signed_in ? "app.today" : "app.signIn")}
            </MenuItem>
            <MenuItem icon="help" href="/help">
              {t("app.help")}
            </MenuItem>
            {s.account ? (
              <MenuItem icon="key" href="/account">
                {t("app.accountOf", { name: s.account.name })}
              </MenuItem>
            ) : null}
            {admin ? (
              <MenuItem icon="gear" href="/admin">
                {t("app.admin")}
              </MenuItem>
            ) : null}
            <MenuItem icon="globe" onAction={() => setLanguage(other)}>
              {switchTo}
            </MenuItem>
            {s.signed_in ? (
              <MenuItem icon="signout" onAction={leave}>
                {t("app.signOut")}
              </MenuItem>
            ) : null}
          </Menu>
        </div>
      </div>
    </header>
  );
}

function useSignOut() {
  const client = useQueryClient();
  const say = useToast();
  const words = useErrorText();
  return async () => {
    try {
      await signOut();
    } catch (err) {
      say(words(err), "error");
      return;
    }
    // Nothing that the person could see may stay for the next one at this PC.
    sessionStorage.clear();
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== sessionQuery.queryKey[0] });
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
}
