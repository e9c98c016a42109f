import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Button, Card, Confirm, Status } from "@/ui";
import { displaysQuery } from "../../api/listDisplays";
import { retireDisplay } from "../../api/retireDisplay";
import { Oops } from "../../ui";
import { Broken, OfficePage } from "./OfficePage";
import { hair, Name, Sheet, Td, Th } from "./Sheet";
import { useStored } from "./useStored";

type Display = Schemas["Display"];

/** 客面表示: the tablets that customers see, and the way to part one. */
export function DisplaysPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("shelf.displays.title")}>{() => <Displays />}</OfficePage>;
}

function Displays() {
  const { t, i18n } = useTranslation();
  const { data, error, refetch } = useQuery(displaysQuery);
  const [leaving, setLeaving] = useState<Display>();
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <p>{t("shelf.displays.text")}</p>
      <Card aria-label={t("shelf.displays.title")} className="!py-4">
        {data.length === 0 ? (
          <p className="text-sub">{t("shelf.displays.none")}</p>
        ) : (
          <Sheet
            label={t("shelf.displays.title")}
            head={
              <tr>
                <Th>{t("shelf.displays.counter")}</Th>
                <Th>{t("shelf.displays.state")}</Th>
                <Th className="hidden md:table-cell">{t("shelf.displays.since")}</Th>
                <Th>
                  <span className="sr-only">{t("shelf.displays.retire")}</span>
                </Th>
              </tr>
            }
          >
            {data.map((d) => (
              <tr key={d.id} className={hair}>
                <Name className="!pt-3">{d.counter_name}</Name>
                <Td className="!pt-3">
                  <Status tone={d.online ? "ok" : "warn"}>
                    {t(d.online ? "shelf.displays.online" : "shelf.displays.offline")}
                  </Status>
                </Td>
                <Td className="hidden !pt-3 md:table-cell">{stamp(d.paired_at, i18n.language)}</Td>
                <Td className="text-right">
                  <Button
                    className="!min-h-11 !px-4"
                    onPress={() => setLeaving(d)}
                    aria-label={t("shelf.displays.retireOf", { name: d.counter_name })}
                  >
                    {t("shelf.displays.retire")}
                  </Button>
                </Td>
              </tr>
            ))}
          </Sheet>
        )}
      </Card>
      {leaving && <Retire display={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function Retire({ display, onClose }: { display: Display; onClose: () => void }) {
  const { t } = useTranslation();
  const press = useStored<void>({
    intent: `display-retire:${display.id}`,
    send: useCallback((key) => retireDisplay(display.id, { key }), [display.id]),
    onClose,
  });
  return (
    <Confirm
      open
      title={t("shelf.displays.retireTitle", { name: display.counter_name })}
      action={t("shelf.displays.retire")}
      pending={press.isPending}
      onConfirm={() => press.mutate()}
      onCancel={onClose}
    >
      <p>{t("shelf.displays.retireText")}</p>
      {press.isError && <Oops error={press.error} title={t("shelf.failed")} />}
    </Confirm>
  );
}
