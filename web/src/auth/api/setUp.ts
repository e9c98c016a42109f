import { api, call, type Schemas } from "@/lib/api/client";

export const setUp = (body: Schemas["Setup"]) => call(api.POST("/api/setup", { body }));
