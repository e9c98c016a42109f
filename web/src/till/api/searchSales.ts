import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** Sales of some days whose number or any id contains the text. */
export const salesQuery = (from: string, to: string, text: string) =>
  queryOptions({
    queryKey: ["till", "sales", from, to, text],
    queryFn: ({ signal }) => call(api.GET("/api/till/sales", { params: { query: { from, to, text } }, signal })),
  });
