import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** All 指定納付受託者の告示. */
export const designationsQuery = queryOptions({
  queryKey: ["till", "designations"],
  queryFn: ({ signal }) => call(api.GET("/api/till/designations", { signal })),
});
