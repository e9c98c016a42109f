import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** What nobody knows yet, oldest first. */
export const unresolvedQuery = queryOptions({
  queryKey: ["till", "unresolved"],
  queryFn: ({ signal }) => call(api.GET("/api/till/unresolved", { signal })),
  refetchInterval: 10_000,
});
