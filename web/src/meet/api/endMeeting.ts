import { api, call } from "@/lib/api/client";

/** Ends the meeting for all (host). */
export const endMeeting = (meeting: string) =>
  call(api.POST("/api/meetings/{meeting}/end", { params: { path: { meeting } } }));
