import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** Our ledger, the provider's files and the bank, for the days customers paid. */
export const matchQuery = (provider: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["till", "match", provider, from, to],
    queryFn: ({ signal }) => call(api.GET("/api/till/match", { params: { query: { provider, from, to } }, signal })),
    enabled: provider !== "" && from !== "" && to !== "",
  });
