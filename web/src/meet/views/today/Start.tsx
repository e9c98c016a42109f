import { useTranslation } from "react-i18next";
import { Card, Tabs } from "@/ui";
import { EntryForm } from "../number/EntryForm";
import { type MadeNow, OpenNow } from "./OpenNow";

export type StartTab = "now" | "number";

/** The right column: make a meeting now, or enter one by its number. `primary`: no other button of the page is filled. */
export function Start({
  primary,
  tab,
  onTab,
  ...now
}: { primary: boolean; tab: StartTab; onTab: (t: StartTab) => void } & MadeNow) {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("today.start")} className="flex flex-col mt-4 lg:mt-0 lg:min-h-[519px] lg:self-start">
      <Tabs
        label={t("today.start")}
        selected={tab}
        onSelect={(id) => onTab(id as StartTab)}
        className="flex-1"
        panelClass="flex flex-1 flex-col"
        tabs={[
          {
            id: "now",
            label: t("today.now.tab"),
            icon: "meet",
            content: (
              <Card as="div" className="flex flex-1 flex-col">
                <OpenNow primary={primary && tab === "now"} {...now} />
              </Card>
            ),
          },
          {
            id: "number",
            label: t("number.title"),
            icon: "keypad",
            content: (
              <Card as="div" className="flex flex-1 flex-col">
                <EntryForm primary={primary && tab === "number"} />
              </Card>
            ),
          },
        ]}
      />
    </aside>
  );
}
