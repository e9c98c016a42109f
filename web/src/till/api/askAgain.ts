import { api, call, type Schemas } from "@/lib/api/client";

/** Asks the provider now. */
export const askAgain = (attempt: string, body: Schemas["Press"]) =>
  call(api.POST("/api/till/attempts/{attempt}/ask", { params: { path: { attempt } }, body }));
