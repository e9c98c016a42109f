import { api, call, type Schemas } from "@/lib/api/client";

/** Books what arrived at the bank. */
export const addDeposit = (body: Schemas["NewDeposit"]) => call(api.POST("/api/till/deposits", { body }));
