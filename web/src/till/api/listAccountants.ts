import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** Who can answer for what is unresolved. */
export const accountantsQuery = queryOptions({
  queryKey: ["till", "accountants"],
  queryFn: ({ signal }) => call(api.GET("/api/till/accountants", { signal })),
  staleTime: 60_000,
});
