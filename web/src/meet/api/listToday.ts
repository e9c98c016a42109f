import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** Today's meetings; asked again every 15 s and whenever the window comes to the front. */
export const todayQuery = queryOptions({
  queryKey: ["meetings", "today"],
  queryFn: ({ signal }) => call(api.GET("/api/meetings", { signal })),
  refetchInterval: 15_000,
  refetchOnWindowFocus: "always",
});
