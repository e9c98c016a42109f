// What is wrong in a settlement file, as somebody looks for it with the file open beside the screen.
import type { Schemas } from "@/lib/api/client";

type Detail = Schemas["ProblemDetail"];

export interface Row {
  line: number | undefined;
  column: string;
  messages: string[];
}

/** By line, then in the order of the columns as they came; the same place once. What has no line comes first. */
export function rows(problems: readonly Detail[]): Row[] {
  const out = new Map<string, Row>();
  for (const p of problems) {
    const id = `${p.line ?? 0} ${p.column ?? ""}`;
    const row = out.get(id) ?? { line: p.line, column: p.column ?? "", messages: [] };
    if (!row.messages.includes(p.message)) row.messages.push(p.message);
    out.set(id, row);
  }
  return [...out.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** How many lines are touched: one wrong heading is not a thousand wrong lines. */
export const lines = (r: readonly Row[]): number => new Set(r.map((x) => x.line ?? 0)).size;

/** The largest file the server takes. */
export const largest = 50 * 1024 * 1024;

/** Why a file is not even sent. */
export function refuse(f: { name: string; size: number }): "empty" | "large" | "kind" | undefined {
  if (f.size === 0) return "empty";
  if (f.size > largest) return "large";
  return /\.(csv|txt|tsv)$/i.test(f.name) ? undefined : "kind";
}
