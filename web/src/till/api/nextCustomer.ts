import { api, call } from "@/lib/api/client";

/** Clears the customer display. */
export const nextCustomer = (session: string) =>
  call(api.POST("/api/till/sessions/{session}/next", { params: { path: { session } } }));
