/** The state of the connection, in the four words people are shown. */
export type Quality = "good" | "congested" | "audio" | "recovering";

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
}

export function judgeQuality(i: QualityInput): Quality {
  if (i.recovering) return "recovering";
  if (i.soundOnly || (i.videos > 0 && i.paused >= i.videos)) return "audio";
  if (i.mark === "poor" || i.mark === "lost" || i.paused > 0 || i.limited) return "congested";
  return "good";
}

/**
 * Keeps a word on the screen until the next one has held for a while, so that it does not flicker. Getting worse shows
 * after 2 s, getting better after 5 s, losing the line at once.
 */
export class SteadyQuality {
  #shown: Quality = "good";
  #wanted: Quality = "good";
  #since = 0;

  feed(q: Quality, now: number): Quality {
    if (q !== this.#wanted) {
      this.#wanted = q;
      this.#since = now;
    }
    const wait = q === "recovering" || this.#shown === "recovering" ? 0 : q === "good" ? 5000 : 2000;
    if (q !== this.#shown && now - this.#since >= wait) this.#shown = q;
    return this.#shown;
  }
}
