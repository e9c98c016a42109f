import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/lib/api/client";

/** Refunds in one of the states, newest first; all of them where none is named. */
export const refundsQuery = (...state: Schemas["RefundState"][]) =>
  queryOptions({
    queryKey: ["till", "refunds", ...state],
    queryFn: ({ signal }) => call(api.GET("/api/till/refunds", { params: { query: { state } }, signal })),
  });
