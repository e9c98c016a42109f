import { api, call, type Schemas } from "@/lib/api/client";

export const signIn = (body: Schemas["Credentials"]) => call(api.POST("/api/session", { body }));
