import { api, call, type Schemas } from "@/lib/api/client";

/** Lock, guests, hand over (host). */
export const changeMeeting = (meeting: string, body: Schemas["MeetingChange"]) =>
  call(api.PATCH("/api/meetings/{meeting}", { params: { path: { meeting } }, body }));
