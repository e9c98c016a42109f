import { api, call, type Schemas } from "@/lib/api/client";

/** Silences one participant, or everyone but the caller (host). `screen` ends that person's sharing. */
export const muteParticipant = (meeting: string, source: Schemas["MuteRequest"]["source"], participant?: string) =>
  call(api.POST("/api/meetings/{meeting}/mute", { params: { path: { meeting } }, body: { source, participant } }));
