import { api, call, type Schemas } from "@/lib/api/client";

/** Takes a sticker off its counter. */
export const retireSticker = (counter: string, sticker: string, body: Schemas["Press"]) =>
  call(
    api.POST("/api/till/counters/{counter}/stickers/{sticker}/retire", {
      params: { path: { counter, sticker } },
      body,
    }),
  );
