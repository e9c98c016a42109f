import { api, call, type Schemas } from "@/lib/api/client";
import type { PaperKind } from "./getPapers";

/** Prints on the counter's network printer. */
export const printPapers = (kind: PaperKind, id: string, body: Schemas["Printing"]) =>
  call(api.POST("/api/till/papers/{kind}/{id}/print", { params: { path: { kind, id } }, body }));
