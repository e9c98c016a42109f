import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/lib/api/client";

/** What an export is about: a session for 日計表, days for the others. */
export interface Wanted {
  name: "daybook" | "revenue" | "payments";
  session?: string;
  from?: string;
  to?: string;
}

/** How many rows an export has, and which of its characters Shift_JIS lacks. */
export const exportCheckQuery = ({ name, ...query }: Wanted) =>
  queryOptions({
    queryKey: ["till", "export", name, query],
    queryFn: ({ signal }) =>
      call(api.GET("/api/till/exports/{export}/check", { params: { path: { export: name }, query }, signal })),
    staleTime: 0,
    retry: false,
  });

/** The address a browser fetches the file from. */
export function exportAddress({ name, ...rest }: Wanted, format: "xlsx" | "csv" | "csv_sjis"): string {
  const q = new URLSearchParams({ ...rest, format });
  return `/api/till/exports/${name}?${q}`;
}
