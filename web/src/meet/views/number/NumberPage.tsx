import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { Card, LinkButton, Page, PageTitle, useTitle } from "@/ui";
import { EntryForm } from "./EntryForm";

/** 番号で参加 for anyone with the two numbers, signed in or not. */
export function NumberPage() {
  const { t } = useTranslation();
  const s = useSession();
  useTitle(t("number.title"));
  return (
    <Page className="flex flex-col justify-center">
      <div className="mx-auto w-full max-w-[560px]">
        <PageTitle className="mb-4">{t("number.title")}</PageTitle>
        <Card as="div" className="md:!p-8">
          <EntryForm />
        </Card>
        <div className="mt-4 flex flex-wrap justify-between gap-2">
          <LinkButton look="text" href="/" className="-ml-3">
            {t(s.signed_in ? "app.toToday" : "number.staff")}
          </LinkButton>
          <LinkButton look="text" icon="gauge" href="/check" className="-mr-3">
            {t("signin.check")}
          </LinkButton>
        </div>
      </div>
    </Page>
  );
}
