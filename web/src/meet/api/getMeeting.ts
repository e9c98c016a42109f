import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schemas } from "@/lib/api/client";

export type Meeting = Schemas["Meeting"];

/** One meeting, as the caller may see it. */
export const meetingQuery = (meeting: string) =>
  queryOptions({
    queryKey: ["meeting", meeting],
    queryFn: ({ signal }) => call(api.GET("/api/meetings/{meeting}", { params: { path: { meeting } }, signal })),
    staleTime: 10_000,
  });
