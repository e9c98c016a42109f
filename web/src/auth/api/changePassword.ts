import { api, call, type Schemas } from "@/lib/api/client";

export const changePassword = (body: Schemas["PasswordChange"]) => call(api.PUT("/api/session/password", { body }));
