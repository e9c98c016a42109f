/** The state of the connection, in the words people are shown. reduced: pictures are lowered and nobody knows why. */
export type Quality = "good" | "reduced" | "congested" | "audio" | "recovering";

export interface QualityInput {
  recovering: boolean;
  /** the person asked for sound only, or the program did because the computer is too slow */
  soundOnly: boolean;
  /** the engine's own mark for our connection */
  mark: "good" | "poor" | "lost" | "unknown";
  /** remote videos that should be shown */
  videos: number;
  /** of those, how many the server holds back for want of room on the line */
  paused: number;
  /** our own picture is sent smaller for want of room on the line */
  limited: boolean;
  /** measured: the line is the cause (LineJudge) */
  line: boolean;
}

export function judgeQuality(i: QualityInput): Quality {
  if (i.recovering) return "recovering";
  if (i.soundOnly || (i.videos > 0 && i.paused >= i.videos)) return "audio";
  if (i.mark === "poor" || i.mark === "lost" || i.paused > 0 || i.limited) return i.line ? "congested" : "reduced";
  return "good";
}

const lowered = (q: Quality) => q === "reduced" || q === "congested";

// A connection that has just been made feels its way up and is "limited" while it does.
const warmUpMs = 12_000;

/**
 * Keeps a word on the screen until the next one has held for a while, so that it does not flicker. Getting worse shows
 * after 4 s, getting better after 5 s, losing the line at once, and nothing but that while a connection is new.
 */
export class SteadyQuality {
  #shown: Quality = "good";
  #wanted: Quality = "good";
  #since = 0;
  #began = 0;

  /** A new connection begins. */
  reset(now: number): void {
    this.#shown = "good";
    this.#wanted = "good";
    this.#since = now;
    this.#began = now;
  }

  feed(q: Quality, now: number): Quality {
    const wanted = lowered(q) && now - this.#began < warmUpMs ? "good" : q;
    // Another reason for the same loss is not another state.
    if (wanted !== this.#wanted && !(lowered(wanted) && lowered(this.#wanted))) this.#since = now;
    this.#wanted = wanted;
    const atOnce = wanted === "recovering" || this.#shown === "recovering";
    const wait = atOnce ? 0 : wanted === "good" ? 5000 : 4000;
    if (wanted !== this.#shown && now - this.#since >= wait) this.#shown = wanted;
    return this.#shown;
  }
}
