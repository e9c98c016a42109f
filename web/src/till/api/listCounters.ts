import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** The counters with their stickers, retired ones too. */
export const countersQuery = queryOptions({
  queryKey: ["till", "counters"],
  queryFn: ({ signal }) => call(api.GET("/api/till/counters", { signal })),
});
