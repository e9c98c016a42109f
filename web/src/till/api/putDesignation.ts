import { api, call, type Schemas } from "@/lib/api/client";

/** Stores a new designation, or changes one by its id. */
export const putDesignation = (body: Schemas["DesignationInput"]) => call(api.POST("/api/till/designations", { body }));
