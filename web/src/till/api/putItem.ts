import { api, call, type Schemas } from "@/lib/api/client";

/** Stores a new item, or changes one by its id. */
export const putItem = (body: Schemas["ItemInput"]) => call(api.POST("/api/till/items", { body }));
