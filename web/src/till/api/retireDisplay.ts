import { api, call, type Schemas } from "@/lib/api/client";

/** Parts a display from its counter. */
export const retireDisplay = (display: string, body: Schemas["Press"]) =>
  call(api.POST("/api/till/displays/{display}/retire", { params: { path: { display } }, body }));
