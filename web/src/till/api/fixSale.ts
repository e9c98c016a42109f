import { api, call, type Schemas } from "@/lib/api/client";

/** Fixes what a customer owes. */
export const fixSale = (session: string, body: Schemas["NewSale"]) =>
  call(api.POST("/api/till/sessions/{session}/sales", { params: { path: { session } }, body }));
