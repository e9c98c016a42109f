import { api, call } from "@/lib/api/client";

/** Raises or lowers the own hand; with `participant` the host lowers another's. */
export const raiseHand = (meeting: string, raised: boolean, participant?: string) =>
  call(api.PUT("/api/meetings/{meeting}/hand", { params: { path: { meeting } }, body: { raised, participant } }));
