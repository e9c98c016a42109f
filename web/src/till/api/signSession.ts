import { api, call, type Schemas } from "@/lib/api/client";

/** The clerk's signature under the totals of one version of the session. */
export const signSession = (session: string, body: Schemas["Signing"]) =>
  call(api.POST("/api/till/sessions/{session}/signature", { params: { path: { session } }, body }));
