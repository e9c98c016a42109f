import { api, call, type Schemas } from "@/lib/api/client";

/** Asks for money to be given back; a second person has to agree. */
export const requestRefund = (sale: string, body: Schemas["RefundRequest"]) =>
  call(api.POST("/api/till/sales/{sale}/refunds", { params: { path: { sale } }, body }));
