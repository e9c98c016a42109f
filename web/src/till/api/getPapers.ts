import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

export type PaperKind = "sale" | "ticket" | "pending" | "refund";

/** The papers of something, as rows. */
export const papersQuery = (kind: PaperKind, id: string, again = false) =>
  queryOptions({
    queryKey: ["till", "papers", kind, id, again],
    queryFn: ({ signal }) =>
      call(api.GET("/api/till/papers/{kind}/{id}", { params: { path: { kind, id }, query: { again } }, signal })),
    staleTime: 0,
  });
