import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { Card, Icon, type IconName, LinkButton, Page, PageTitle, useTitle } from "@/ui";

const topics: readonly { id: string; icon: IconName }[] = [
  { id: "sound", icon: "speaker" },
  { id: "voice", icon: "mic" },
  { id: "picture", icon: "cam" },
  { id: "join", icon: "keypad" },
  { id: "line", icon: "gauge" },
  { id: "signin", icon: "key" },
];

/** What to try, in the order of trying, and whom to call. */
export function HelpPage() {
  const { t } = useTranslation();
  const { office } = useSession();
  useTitle(t("help.title"));
  return (
    <Page>
      <PageTitle className="mb-4">{t("help.title")}</PageTitle>
      <div className="mb-6 grid gap-4 md:grid-cols-2">
        <Card className="flex flex-col items-start gap-2" aria-labelledby="help-check">
          <h2 id="help-check" className="flex items-center gap-2 text-xl">
            <Icon name="gauge" className="text-key" />
            {t("help.check.title")}
          </h2>
          <p className="mb-2">{t("help.check.text")}</p>
          <LinkButton look="primary" href="/check" className="mt-auto">
            {t("help.check.open")}
          </LinkButton>
        </Card>
        <Card className="flex flex-col items-start gap-2" aria-labelledby="help-contact">
          <h2 id="help-contact" className="flex items-center gap-2 text-xl">
            <Icon name="phone" className="text-key" />
            {t("help.contact.title")}
          </h2>
          <p className="text-[22px] font-bold text-ink">{office.contact || t("help.contact.unknown")}</p>
          <p className="text-sub">{t("help.contact.text")}</p>
        </Card>
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        {topics.map(({ id, icon }) => (
          <Card key={id} aria-labelledby={`help-${id}`}>
            <h2 id={`help-${id}`} className="mb-2 flex items-center gap-2 text-xl">
              <Icon name={icon} className="text-key" />
              {t(`help.${id}.title`)}
            </h2>
            <ol className="flex list-decimal flex-col gap-1 pl-6 marker:font-bold marker:text-key">
              {(t(`help.${id}.steps`, { returnObjects: true }) as string[]).map((s) => (
                <li key={s}>{s}</li>
              ))}
            </ol>
          </Card>
        ))}
      </div>
    </Page>
  );
}
