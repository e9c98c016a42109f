import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** The paired customer displays. */
export const displaysQuery = queryOptions({
  queryKey: ["till", "displays"],
  queryFn: ({ signal }) => call(api.GET("/api/till/displays", { signal })),
  refetchInterval: 15_000,
});
