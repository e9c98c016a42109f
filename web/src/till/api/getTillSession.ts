import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/lib/api/client";
import { setServerTime } from "@/lib/clock";
import { merge } from "../model/desk";

/** A session with every sale that is not over. An answer that was overtaken by the event stream takes nothing back. */
export const sessionStateQuery = (session: string) =>
  queryOptions({
    queryKey: ["till", "session", session],
    queryFn: async ({ signal, client, queryKey }) => {
      const got = await call(api.GET("/api/till/sessions/{session}", { params: { path: { session } }, signal }));
      setServerTime(got.time);
      return merge(client.getQueryData<Schemas["SessionState"]>(queryKey), got);
    },
    // The stream says what moves; this finds what a broken stream or another server did not say.
    refetchInterval: (q) => (q.state.data?.open.some((v) => v.attempt) ? 5_000 : 20_000),
  });
