import { api, call } from "@/lib/api/client";

/** Fresh codes a pretend customer can show; each works once. */
export const listPracticeCodes = (signal?: AbortSignal) => call(api.GET("/api/till/practice/codes", { signal }));
