import { api, call } from "@/lib/api/client";

/** What this browser shows as a customer display. */
export const getDisplay = (signal?: AbortSignal) => call(api.GET("/api/till/display", { signal }));
