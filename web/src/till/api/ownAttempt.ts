import { api, call, type Schemas } from "@/lib/api/client";

/** Makes somebody at 会計課 answer for an attempt. */
export const ownAttempt = (attempt: string, body: Schemas["Owning"]) =>
  call(api.POST("/api/till/attempts/{attempt}/owner", { params: { path: { attempt } }, body }));
