import { api, call, type Schemas } from "@/lib/api/client";

/** The second person closes the day for good. */
export const closeSession = (session: string, body: Schemas["Press"]) =>
  call(api.POST("/api/till/sessions/{session}/close", { params: { path: { session } }, body }));
