import { api, call, type Schemas } from "@/lib/api/client";

export type CheckTicket = Schemas["Check"];

/** A private test room and what is needed to reach it. */
export const startCheck = (signal?: AbortSignal): Promise<CheckTicket> => call(api.POST("/api/check", { signal }));
