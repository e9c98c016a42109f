import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** All items at all prices, past and future. */
export const itemsQuery = queryOptions({
  queryKey: ["till", "items"],
  queryFn: ({ signal }) => call(api.GET("/api/till/items", { signal })),
});
