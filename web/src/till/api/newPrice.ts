import { api, call, type Schemas } from "@/lib/api/client";

/** A new price from a day on; the old one ends the day before. */
export const newPrice = (item: string, body: Schemas["NewPrice"]) =>
  call(api.POST("/api/till/items/{item}/price", { params: { path: { item } }, body }));
