import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, call, type Schemas } from "./api/client";

export type Session = Schemas["Session"];

/** Who is at the screen and what this server is. Refetched every five minutes and when the window comes back. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => call(api.GET("/api/session", { signal })),
  staleTime: 60_000,
  refetchInterval: 300_000,
});

/** The session once it is known. Pages are drawn only then, so views may rely on it. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (data === undefined) throw new Error("useSession before the session was loaded");
  return data;
}
