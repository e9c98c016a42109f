import { api, call, type Schemas } from "@/lib/api/client";

/** The clerk compared the customer's screen. */
export const tickShown = (attempt: string, body: Schemas["Tick"]) =>
  call(api.POST("/api/till/attempts/{attempt}/shown", { params: { path: { attempt } }, body }));
