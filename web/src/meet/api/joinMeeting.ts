import { api, call, type Schemas } from "@/lib/api/client";

export type Ticket = Schemas["Ticket"];

/** Knocks, which writes nothing. Each answer is a new ticket for one connection; the one before is worthless then. */
export const joinMeeting = (meeting: string, signal?: AbortSignal): Promise<Ticket> =>
  call(api.POST("/api/meetings/{meeting}/join", { params: { path: { meeting } }, signal }));
