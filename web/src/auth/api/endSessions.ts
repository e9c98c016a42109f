import { api, call } from "@/lib/api/client";

export const endSessions = (account: string) =>
  call(api.DELETE("/api/accounts/{account}/sessions", { params: { path: { account } } }));
