import { api, call, type Schemas } from "@/lib/api/client";

/** Writes into the chat. Answered when it is on disk; the same key again gives the same message. */
export const say = (meeting: string, key: string, text: string): Promise<Schemas["ChatMessage"]> =>
  call(
    api.POST("/api/meetings/{meeting}/chat", {
      params: { path: { meeting } },
      body: { key, text },
      signal: AbortSignal.timeout(8000),
    }),
  );
