import { api, call, type Schemas } from "@/lib/api/client";

/** Gives up a sale nothing was paid for. */
export const dropSale = (sale: string, body: Schemas["Press"]) =>
  call(api.POST("/api/till/sales/{sale}/drop", { params: { path: { sale } }, body }));
