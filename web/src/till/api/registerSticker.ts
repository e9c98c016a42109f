import { api, call, type Schemas } from "@/lib/api/client";

/** Registers the official code on a counter, as it was read. */
export const registerSticker = (counter: string, body: Schemas["NewSticker"]) =>
  call(api.POST("/api/till/counters/{counter}/stickers", { params: { path: { counter } }, body }));
