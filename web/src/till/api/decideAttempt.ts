import { api, call, type Schemas } from "@/lib/api/client";

/** Ends an attempt by what a person found out. */
export const decideAttempt = (attempt: string, body: Schemas["AttemptDecision"]) =>
  call(api.POST("/api/till/attempts/{attempt}/decision", { params: { path: { attempt } }, body }));
