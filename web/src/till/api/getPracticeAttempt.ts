import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** A pretend payment, for the phone that read its code. */
export const practiceQuery = (attempt: string) =>
  queryOptions({
    queryKey: ["till", "practice", attempt],
    queryFn: ({ signal }) =>
      call(api.GET("/api/till/practice/attempts/{attempt}", { params: { path: { attempt } }, signal })),
    refetchInterval: 2_000,
  });
