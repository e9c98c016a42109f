import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** The sessions of some days with their sums, newest first. */
export const dayBooksQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ["till", "daybooks", from, to],
    queryFn: ({ signal }) => call(api.GET("/api/till/daybooks", { params: { query: { from, to } }, signal })),
    refetchInterval: 30_000,
  });
