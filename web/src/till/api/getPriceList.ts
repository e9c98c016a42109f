import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** What is sold today, with what this counter sells most. */
export const priceListQuery = (counter: string) =>
  queryOptions({
    queryKey: ["till", "pricelist", counter],
    queryFn: ({ signal }) => call(api.GET("/api/till/pricelist", { params: { query: { counter } }, signal })),
    staleTime: 5 * 60_000,
  });
