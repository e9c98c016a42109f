import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useSend } from "@/lib/useSend";
import { Button, Dialog, Icon, Notice, Select, TextAreaField, TextField } from "@/ui";
import { decodeSticker } from "../../api/decodeSticker";
import { providersQuery } from "../../api/listProviders";
import { registerSticker } from "../../api/registerSticker";
import { readLayout } from "../../model/layout";
import { scanner } from "../../model/scanner";
import { Oops } from "../../ui";
import { SendForm, useDraftOf } from "./form";
import { Beside } from "./NoticesPage";
import { useStored } from "./useStored";

/** Reads an official sticker, says what is in it, and registers it on a counter once somebody compared the shop's name. */
export function StickerDialog({
  counter,
  wallets,
  today,
  onClose,
}: {
  counter: Schemas["Counter"];
  wallets: readonly Schemas["Wallet"][];
  today: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [d, set, clear] = useDraftOf(`sticker.${counter.id}`, {
    payload: "",
    typed: "",
    wallet: "",
    provider: "",
    label: "",
    shop: "",
  });
  const [pasting, setPasting] = useState(d.typed !== "");
  const decode = useSend<Schemas["StickerContent"], string>({
    mutationFn: decodeSticker,
    onSuccess: (c) => c.ok && setPasting(false),
  });
  const providers = useQuery(providersQuery);
  const { mutate } = decode;
  const read = useCallback(
    (payload: string) => {
      set({ payload });
      mutate(payload);
    },
    [set, mutate],
  );
  useEffect(() => scanner(document, readLayout(), read), [read]);
  // After a reload what was read is still there; what it says is asked again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (d.payload !== "") mutate(d.payload);
  }, []);
  const press = useStored<Omit<Schemas["NewSticker"], "key">>({
    intent: `sticker:${counter.id}`,
    send: useCallback((key, v) => registerSticker(counter.id, { key, ...v }), [counter.id]),
    clear,
    onClose,
  });
  const content = decode.data;
  const brands = [
    { id: "jpqr", label: "JPQR" },
    ...wallets
      .filter((w) => w.id !== "cash" && w.id !== "training" && w.id !== "jpqr" && !(w.retired && w.retired <= today))
      .map((w) => ({ id: w.id, label: w.name })),
  ];
  const from = (providers.data ?? []).filter((p) => p.statements).map((p) => ({ id: p.name, label: p.label }));
  const none = [{ id: "static", label: t("shelf.sticker.noProvider") }];
  const check = () => {
    const out: Record<string, string> = {};
    if (d.wallet === "") out.wallet = t("shelf.notices.noWallet");
    if (d.provider === "") out.provider = t("shelf.sticker.chooseProvider");
    if (content?.kind === "opaque" && d.shop.trim() === "") out.shop = t("shelf.sticker.noShop");
    return out;
  };
  return (
    <Dialog open onClose={onClose} title={t("shelf.sticker.title", { name: counter.name })}>
      <div className="flex flex-col gap-4">
        {content === undefined && (
          <p className="flex items-center gap-3 rounded-box border-2 border-dashed border-edge bg-ground p-4 text-lg">
            <Icon name="barcode" size={40} className="text-key" />
            {t("shelf.sticker.scan")}
          </p>
        )}
        {decode.isError && <Oops error={decode.error} title={t("shelf.sticker.unread")} />}
        {content && (
          <Notice
            tone={content.ok ? (content.kind === "jpqr" ? "ok" : "info") : "error"}
            live="status"
            title={content.ok ? t(`shelf.sticker.${content.kind}`) : t("shelf.sticker.bad")}
            still={content.message}
            next={
              content.shop && (
                <span className="text-2xl font-bold text-ink">
                  {content.shop}
                  {content.city && <span className="ml-3 text-base font-normal">{content.city}</span>}
                </span>
              )
            }
          />
        )}
        {pasting ? (
          <div className="flex flex-col gap-2">
            <TextAreaField
              label={t("shelf.sticker.paste")}
              hint={t("shelf.sticker.pasteHint")}
              value={d.typed}
              onChange={(typed) => set({ typed })}
            />
            <Button
              className="self-start"
              isDisabled={d.typed.trim() === ""}
              isPending={decode.isPending}
              onPress={() => read(d.typed)}
            >
              {t("shelf.sticker.decode")}
            </Button>
          </div>
        ) : (
          <Button look="text" className="self-start" onPress={() => setPasting(true)}>
            {t("shelf.sticker.byHand")}
          </Button>
        )}
        {content?.ok && (
          <SendForm
            press={press}
            check={check}
            known={["label", "payload", "wallet"]}
            value={() => ({
              wallet: d.wallet,
              provider: d.provider,
              label: d.label.trim(),
              payload: d.payload,
              ...(d.shop.trim() ? { shop: d.shop.trim() } : {}),
            })}
            failed={t("shelf.failed")}
            action={t("shelf.sticker.action")}
            onCancel={onClose}
          >
            {(wrong) => (
              <>
                <TextField
                  label={t("shelf.sticker.label")}
                  hint={t("shelf.sticker.labelHint")}
                  value={d.label}
                  onChange={(label) => set({ label })}
                  error={wrong("label") ?? wrong("payload")}
                  autoComplete="off"
                />
                <div className="grid items-start gap-4 sm:grid-cols-2">
                  <div>
                    <Select
                      label={t("shelf.notices.wallet")}
                      placeholder={t("closing.hand.choose")}
                      options={brands}
                      value={d.wallet || null}
                      onChange={(wallet) => set({ wallet })}
                    />
                    <Beside words={wrong("wallet")} />
                  </div>
                  <div>
                    <Select
                      label={t("shelf.sticker.provider")}
                      placeholder={t("closing.hand.choose")}
                      options={[...from, ...none]}
                      value={d.provider || null}
                      onChange={(provider) => set({ provider })}
                    />
                    <Beside words={wrong("provider")} />
                  </div>
                </div>
                {content.kind === "opaque" && (
                  <TextField
                    label={t("shelf.sticker.shop")}
                    hint={t("shelf.sticker.shopHint")}
                    value={d.shop}
                    onChange={(shop) => set({ shop })}
                    error={wrong("shop")}
                  />
                )}
              </>
            )}
          </SendForm>
        )}
      </div>
    </Dialog>
  );
}
