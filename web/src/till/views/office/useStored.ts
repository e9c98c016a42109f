import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useToast } from "@/ui";
import { usePress } from "../../ui";

/** A change of the price list, the 告示 or the counters: once it is stored, the screens know it and the draft is gone. */
export function useStored<V>(o: {
  intent: string;
  send: (key: string, v: V) => Promise<unknown>;
  clear?: () => void;
  onClose: () => void;
}) {
  const { intent, send, clear, onClose } = o;
  const client = useQueryClient();
  const say = useToast();
  const { t } = useTranslation();
  return usePress<unknown, V>({
    intent,
    send,
    onSuccess: useCallback(() => {
      clear?.();
      void client.invalidateQueries({ queryKey: ["till"] });
      say(t("shelf.stored"));
      onClose();
    }, [clear, client, say, t, onClose]),
  });
}
