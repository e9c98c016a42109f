import { api, call, type Schemas } from "@/lib/api/client";

/** The wish that an attempt comes to nothing. */
export const cancelAttempt = (attempt: string, body: Schemas["Press"]) =>
  call(api.POST("/api/till/attempts/{attempt}/cancel", { params: { path: { attempt } }, body }));
