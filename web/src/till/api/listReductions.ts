import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** All reductions, past and future. */
export const reductionsQuery = queryOptions({
  queryKey: ["till", "reductions"],
  queryFn: ({ signal }) => call(api.GET("/api/till/reductions", { signal })),
});
