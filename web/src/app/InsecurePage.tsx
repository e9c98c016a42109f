import { useTranslation } from "react-i18next";
import { Button, Icon, Page, useTitle } from "@/ui";
import type { Lack } from "./secure";

/** Why camera and microphone cannot work in this browser at this address, and what to do. Works without a session. */
export function InsecurePage({ lack }: { lack: Lack }) {
  const { t } = useTranslation();
  const title = t(`app.lack.${lack}.title`);
  useTitle(title);
  const steps = t(`app.lack.${lack}.steps`, { returnObjects: true, host: window.location.host }) as string[];
  return (
    <Page narrow>
      <div className="flex flex-col items-start gap-4 rounded-box border border-line bg-paper p-6 md:p-12">
        <Icon name="shield" size={48} className="text-key" />
        <h1 className="text-[26px]">{title}</h1>
        <p>{t(`app.lack.${lack}.why`)}</p>
        <ol className="flex w-full flex-col gap-4">
          {steps.map((step, i) => (
            <li key={step} className="flex gap-3">
              <span className="mt-0.5 flex size-7 shrink-0 items-center justify-center rounded-full bg-key font-bold text-on-key">
                {i + 1}
              </span>
              <span>{step}</span>
            </li>
          ))}
        </ol>
        <p className="text-sub">
          {t("app.lack.address")} <b className="break-all text-ink">{window.location.href}</b>
        </p>
        <div className="mt-2 flex flex-wrap gap-4">
          {lack === "insecure" && window.location.protocol === "http:" && (
            <Button
              look="primary"
              onPress={() => window.location.assign(window.location.href.replace(/^http:/, "https:"))}
            >
              {t("app.lack.openHttps")}
            </Button>
          )}
          <Button icon="redo" onPress={() => window.location.reload()}>
            {t("app.broken.reload")}
          </Button>
        </div>
      </div>
    </Page>
  );
}
