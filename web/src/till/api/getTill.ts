import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** What I may do at the counters, with the counters themselves. */
export const tillQuery = queryOptions({
  queryKey: ["till", "me"],
  queryFn: ({ signal }) => call(api.GET("/api/till/me", { signal })),
  staleTime: 10_000,
});
