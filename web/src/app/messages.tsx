import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, Icon, type IconName, LinkButton, Page, PageTitle, useTitle } from "@/ui";

function Message({
  icon,
  title,
  children,
  actions,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
  actions: ReactNode;
}) {
  useTitle(title);
  return (
    <Page narrow className="flex flex-col justify-center">
      <div className="flex flex-col items-start gap-4 rounded-box border border-line bg-paper p-6 md:p-12">
        <Icon name={icon} size={48} className="text-key" />
        <PageTitle>{title}</PageTitle>
        <div>{children}</div>
        <div className="mt-2 flex flex-wrap gap-4">{actions}</div>
      </div>
    </Page>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Message
      icon="info"
      title={t("app.notFound.title")}
      actions={
        <LinkButton look="primary" href="/">
          {t("app.toToday")}
        </LinkButton>
      }
    >
      {t("app.notFound.text")}
    </Message>
  );
}

export function ForbiddenPage({ path = "" }: { path?: string }) {
  const { t } = useTranslation();
  return (
    <Message
      icon="lock"
      title={t(path.startsWith("/till") ? "app.forbidden.till" : "app.forbidden.title")}
      actions={
        <LinkButton look="primary" href="/">
          {t("app.toToday")}
        </LinkButton>
      }
    >
      {t("app.forbidden.text")}
    </Message>
  );
}

/**
 * Something in a page broke. Also shown when a part of the program could not be loaded, which is what a browser sees
 * that was open while the server got a new version.
 */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <Message
      icon="warn"
      title={t("app.broken.title")}
      actions={
        <>
          <Button look="primary" icon="redo" onPress={() => window.location.reload()}>
            {t("app.broken.reload")}
          </Button>
          <Button onPress={reset}>{t("app.broken.retry")}</Button>
        </>
      }
    >
      <p>{t("app.broken.still")}</p>
      <p>{t("app.broken.next")}</p>
      <p className="mt-4 text-sub">
        {t("app.broken.forIct")}{" "}
        <code className="break-all">{error instanceof Error ? error.message : String(error)}</code>
      </p>
    </Message>
  );
}
