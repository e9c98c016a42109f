import { api, call, type Schemas } from "@/lib/api/client";

/** Stores a new counter, or changes one by its id. */
export const putCounter = (body: Schemas["CounterInput"]) => call(api.POST("/api/till/counters", { body }));
