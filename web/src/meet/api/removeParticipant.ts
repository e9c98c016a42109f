import { api, call } from "@/lib/api/client";

/** Puts somebody out for good (host). */
export const removeParticipant = (meeting: string, participant: string) =>
  call(
    api.DELETE("/api/meetings/{meeting}/participants/{participant}", { params: { path: { meeting, participant } } }),
  );
