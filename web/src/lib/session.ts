import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, call, type Schemas } from "./api/client";
import { isReachable } from "./api/reach";
import { setServerTime } from "./clock";

export type Session = Schemas["Session"];

/** Who is at the screen and what this server is. Asked again every five minutes, every three seconds while the server is away. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    const s = await call(api.GET("/api/session", { signal }));
    setServerTime(s.time);
    return s;
  },
  staleTime: 60_000,
  retry: false,
  refetchInterval: () => (isReachable() ? 300_000 : 3_000),
});

/** The session. Pages are drawn only once it is known, so views may rely on it. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (data === undefined) throw new Error("useSession before the session was loaded");
  return data;
}
