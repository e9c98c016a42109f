import { api, call } from "@/lib/api/client";

/** The answer holds the temporary password; it cannot be asked for again. */
export const resetPassword = (account: string) =>
  call(api.DELETE("/api/accounts/{account}/password", { params: { path: { account } } }));
