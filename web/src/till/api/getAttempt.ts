import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** One try to be paid, with what is known of it. */
export const attemptQuery = (attempt: string) =>
  queryOptions({
    queryKey: ["till", "attempt", attempt],
    queryFn: ({ signal }) => call(api.GET("/api/till/attempts/{attempt}", { params: { path: { attempt } }, signal })),
    staleTime: 0,
  });
