import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** Pretend payments that wait for their customer. */
export const practiceAttemptsQuery = queryOptions({
  queryKey: ["till", "practice"],
  queryFn: ({ signal }) => call(api.GET("/api/till/practice/attempts", { signal })),
  refetchInterval: 2_000,
});
