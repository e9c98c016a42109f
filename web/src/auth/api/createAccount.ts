import { api, call, type Schemas } from "@/lib/api/client";

/** The answer holds the temporary password; it cannot be asked for again. */
export const createAccount = (body: Schemas["NewAccount"]) => call(api.POST("/api/accounts", { body }));
