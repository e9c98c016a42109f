import { api, call } from "@/lib/api/client";

/** How a sale may be paid; what cannot be chosen says why. */
export const listOffers = (sale: string, signal?: AbortSignal) =>
  call(api.GET("/api/till/sales/{sale}/offers", { params: { path: { sale } }, signal }));
