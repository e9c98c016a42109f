import { api, call, type Schemas } from "@/lib/api/client";

/** What a scanned sticker says; nothing is stored. */
export const decodeSticker = (payload: string): Promise<Schemas["StickerContent"]> =>
  call(api.POST("/api/till/stickers/decode", { body: { payload } }));
