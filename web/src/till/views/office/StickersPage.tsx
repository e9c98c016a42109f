import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { stamp } from "@/lib/time";
import { Button, Card, Confirm, Notice } from "@/ui";
import { countersQuery } from "../../api/listCounters";
import { retireSticker } from "../../api/retireSticker";
import { Oops } from "../../ui";
import { Broken, OfficePage } from "./OfficePage";
import { StickerDialog } from "./StickerDialog";
import { useStored } from "./useStored";

type Counter = Schemas["Counter"];
type Sticker = Schemas["Sticker"];

/** ステッカー登録: the official code on each counter, which is compared byte for byte at every opening. */
export function StickersPage() {
  const { t } = useTranslation();
  return <OfficePage title={t("shelf.stickers.title")}>{(till) => <Counters till={till} />}</OfficePage>;
}

function Counters({ till }: { till: Schemas["Till"] }) {
  const { t, i18n } = useTranslation();
  const { data, error, refetch } = useQuery(countersQuery);
  const [adding, setAdding] = useState<Counter>();
  const [leaving, setLeaving] = useState<{ counter: Counter; sticker: Sticker }>();
  if (error && !data) return <Broken error={error} again={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <p>{t("shelf.stickers.text")}</p>
      {data
        .filter((c) => !c.retired)
        .map((c) => {
          const live = c.stickers.filter((s) => !s.retired);
          return (
            <Card key={c.id} as="article" aria-label={c.name} className="!py-4">
              <div className="flex flex-wrap items-center justify-between gap-4">
                <h2 className="text-lg">{c.name}</h2>
                <Button
                  icon="sticker"
                  onPress={() => setAdding(c)}
                  aria-label={t("shelf.stickers.addTo", { name: c.name })}
                >
                  {t("shelf.stickers.add")}
                </Button>
              </div>
              {live.length === 0 ? (
                <p className="text-sub">{t("shelf.stickers.none")}</p>
              ) : (
                <ul className="divide-y divide-line">
                  {live.map((s) => (
                    <li key={s.id} className="flex flex-wrap items-center justify-between gap-x-4 py-2">
                      <span>
                        <b className="text-ink">{s.label}</b> {s.wallet_name}
                        <span className="block text-sub">
                          {t("shelf.stickers.shop", { shop: s.shop })}{" "}
                          {t("shelf.stickers.at", { at: stamp(s.registered_at, i18n.language) })}
                        </span>
                      </span>
                      <Button
                        look="text"
                        onPress={() => setLeaving({ counter: c, sticker: s })}
                        aria-label={t("shelf.stickers.retireOf", { label: s.label })}
                      >
                        {t("shelf.stickers.retire")}
                      </Button>
                    </li>
                  ))}
                </ul>
              )}
            </Card>
          );
        })}
      {adding && (
        <StickerDialog
          counter={adding}
          wallets={till.wallets}
          today={till.today}
          onClose={() => setAdding(undefined)}
        />
      )}
      {leaving && <Retire {...leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function Retire({ counter, sticker, onClose }: { counter: Counter; sticker: Sticker; onClose: () => void }) {
  const { t } = useTranslation();
  const press = useStored<void>({
    intent: `sticker-retire:${sticker.id}`,
    send: useCallback((key) => retireSticker(counter.id, sticker.id, { key }), [counter.id, sticker.id]),
    onClose,
  });
  return (
    <Confirm
      open
      danger
      title={t("shelf.stickers.retireTitle", { label: sticker.label })}
      action={t("shelf.stickers.retire")}
      pending={press.isPending}
      onConfirm={() => press.mutate()}
      onCancel={onClose}
    >
      <Notice tone="info" title={t("shelf.stickers.retireText")} />
      {press.isError && <Oops error={press.error} title={t("shelf.failed")} />}
    </Confirm>
  );
}
