import { api, call, type Schemas } from "@/lib/api/client";

/** Opens a counter for today. */
export const openSession = (counter: string, body: Schemas["Opening"]) =>
  call(api.POST("/api/till/counters/{counter}/sessions", { params: { path: { counter } }, body }));
