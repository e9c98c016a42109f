import { api, call, type Schemas } from "@/lib/api/client";

export const openMeeting = (body: Schemas["NewMeeting"]) => call(api.POST("/api/meetings", { body }));
