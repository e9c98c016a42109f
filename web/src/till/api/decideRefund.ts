import { api, call, type Schemas } from "@/lib/api/client";

/** The second person's word on a refund. */
export const decideRefund = (refund: string, body: Schemas["RefundDecision"]) =>
  call(api.POST("/api/till/refunds/{refund}/decision", { params: { path: { refund } }, body }));
