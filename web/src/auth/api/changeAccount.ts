import { api, call, type Schemas } from "@/lib/api/client";

export const changeAccount = (account: string, body: Schemas["AccountChange"]) =>
  call(api.PATCH("/api/accounts/{account}", { params: { path: { account } }, body }));
