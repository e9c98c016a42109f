import { api, call, type Schemas } from "@/lib/api/client";

export const enterByNumber = (body: Schemas["Entry"]) => call(api.POST("/api/meetings/enter", { body }));
