import { api, call, type Schemas } from "@/lib/api/client";

/** Asks to be paid. The same key again is the same attempt. */
export const charge = (sale: string, body: Schemas["Charge"]) =>
  call(api.POST("/api/till/sales/{sale}/attempts", { params: { path: { sale } }, body }));
