import { api, call, type Schemas } from "@/lib/api/client";

/** Stores a new reduction, or changes one by its id. */
export const putReduction = (body: Schemas["ReductionInput"]) => call(api.POST("/api/till/reductions", { body }));
