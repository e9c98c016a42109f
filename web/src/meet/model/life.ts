/** Where a stay in a meeting is. `ended` is calm: nothing goes on by itself from there. */
export type Phase = "idle" | "joining" | "live" | "recovering" | "ended";

/** What can happen to a stay. `lost`: the line or the server went away; `finish`: there is nothing to come back to. */
export type Step = "join" | "connected" | "lost" | "finish";

/** Why a stay ended. `refused` carries the server's own words. */
export type Ending =
  | { kind: "left" }
  | { kind: "removed"; by?: string }
  | { kind: "ended"; by?: string }
  | { kind: "elsewhere" }
  | { kind: "signed_out" }
  | { kind: "refused"; code: string; detail: string };

/** The whole life as a table; what is not in it cannot happen and leaves the phase as it is. */
export const life: Readonly<Record<Phase, Readonly<Partial<Record<Step, Phase>>>>> = {
  idle: { join: "joining", finish: "ended" },
  joining: { connected: "live", finish: "ended" },
  live: { lost: "recovering", finish: "ended" },
  recovering: { connected: "live", finish: "ended" },
  ended: { join: "joining" },
};

export function next(phase: Phase, step: Step): Phase {
  return life[phase][step] ?? phase;
}

/** Seconds to wait before the n-th further try (from 0) to get back in. There is no last try. */
export function backOff(n: number): number {
  return [0.3, 0.7, 1.5][n] ?? 2;
}

/** What an answer of the join call means for somebody who wants in. */
export function judgeRefusal(code: string, status: number, detail: string, wasIn: boolean): Ending | "again" {
  switch (code) {
    case "removed":
      return { kind: "removed" };
    case "meeting_ended":
      return { kind: "ended" };
    case "elsewhere":
      return { kind: "elsewhere" };
    case "signed_out":
      return { kind: "signed_out" };
    case "meeting_full":
      // Whoever was in has had a place and waits for it; whoever knocks first is told.
      return wasIn ? "again" : { kind: "refused", code, detail };
  }
  if (status === 0 || status === 429 || status >= 500 || code === "network") return "again";
  if (status === 401) return { kind: "signed_out" };
  return { kind: "refused", code, detail };
}
