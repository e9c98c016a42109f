import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** 日計 of a session. Open ones are asked again, since another screen may sell, sign or close. */
export const dayBookQuery = (session: string) =>
  queryOptions({
    queryKey: ["till", "daybook", session],
    queryFn: ({ signal }) =>
      call(api.GET("/api/till/sessions/{session}/daybook", { params: { path: { session } }, signal })),
    refetchInterval: (q) => (q.state.data?.session.state === "closed" ? false : 10_000),
    staleTime: 0,
  });
