import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** The settlement files of a provider that touch some days. */
export const settlementsQuery = (provider: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["till", "settlements", provider, from, to],
    queryFn: ({ signal }) =>
      call(api.GET("/api/till/settlements", { params: { query: { provider, from, to } }, signal })),
  });
