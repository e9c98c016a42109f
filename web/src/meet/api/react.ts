import { api, call, type Schemas } from "@/lib/api/client";

export type ReactionKind = Schemas["ReactionKind"];

/** Shows a reaction to all for a few seconds. */
export const react = (meeting: string, kind: ReactionKind) =>
  call(api.POST("/api/meetings/{meeting}/reaction", { params: { path: { meeting } }, body: { kind } }));
