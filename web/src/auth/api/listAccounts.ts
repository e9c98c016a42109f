import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: ({ signal }) => call(api.GET("/api/accounts", { signal })),
});
