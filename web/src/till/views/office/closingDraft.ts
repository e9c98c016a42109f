import { useMemo } from "react";
import { begun, type Count, counted } from "../../model/coins";
import { useDraftOf } from "./form";

interface Draft {
  /** account at 会計課 that takes over what is open */
  owner: string;
  count: Count;
  /** the sum where it was typed as such */
  sum: string;
  bySum: boolean;
  /** what the count came to when it was taken over into the closing */
  taken: number | null;
  printedAt: string;
  skipped: boolean;
  /** version of the session whose signature was seen here */
  signedVersion: number | null;
}

const nothing: Draft = {
  owner: "",
  count: {},
  sum: "",
  bySum: false,
  taken: null,
  printedAt: "",
  skipped: false,
  signedVersion: null,
};

/** What was prepared for closing one session in this tab: it outlives a reload, not the tab. */
export function useClosingDraft(session: string) {
  const [draft, set, clear] = useDraftOf<Draft>(`closing.${session}`, nothing);
  const drawer = useMemo(() => (begun(draft.count) ? counted(draft.count) : undefined), [draft.count]);
  return { draft, set, clear, drawer };
}
