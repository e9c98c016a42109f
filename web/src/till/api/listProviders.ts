import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** The providers that are set up and how they answer. */
export const providersQuery = queryOptions({
  queryKey: ["till", "providers"],
  queryFn: ({ signal }) => call(api.GET("/api/till/providers", { signal })),
  refetchInterval: 30_000,
});
