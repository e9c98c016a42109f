import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** What a provider says was paid after the contrary had been proven. */
export const contradictionsQuery = queryOptions({
  queryKey: ["till", "contradictions"],
  queryFn: ({ signal }) => call(api.GET("/api/till/contradictions", { signal })),
  refetchInterval: 30_000,
});
