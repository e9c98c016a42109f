import { api, call, type Schemas } from "@/lib/api/client";

/** Makes the display that shows this code the customer display of a counter. */
export const pairDisplay = (counter: string, body: Schemas["Pairing"]) =>
  call(api.POST("/api/till/counters/{counter}/display", { params: { path: { counter } }, body }));
