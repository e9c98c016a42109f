import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** One sale with everything that happened to it. */
export const saleQuery = (sale: string) =>
  queryOptions({
    queryKey: ["till", "sale", sale],
    queryFn: ({ signal }) => call(api.GET("/api/till/sales/{sale}", { params: { path: { sale } }, signal })),
  });
