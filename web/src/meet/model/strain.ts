/** Is this computer keeping up? An old PC must lose picture before anybody loses sound. */

/** What is given up, in this order; each level includes those before. */
export type Relief = 0 | 1 | 2 | 3;
// 0 nothing, 1 blur and noise suppression off, 2 few tiles, 3 small pictures and nobody's picture but the speaker's

export interface StrainSample {
  /** share of the window spent in tasks over 50 ms, 0..1 */
  blocked: number;
  /** remote frames decoded and dropped in the window */
  decoded: number;
  dropped: number;
}

/** Steps up one level after two bad windows in a row. It does not step down by itself: a PC does not grow younger. */
export class StrainJudge {
  #bad = 0;
  #level: Relief = 0;

  get level(): Relief {
    return this.#level;
  }

  /** It did not keep up just now, or had to give something up before. */
  get strained(): boolean {
    return this.#bad > 0 || this.#level > 0;
  }

  /** One window of some five seconds. */
  feed(s: StrainSample): Relief {
    const frames = s.decoded + s.dropped;
    const lossy = frames >= 30 && s.dropped / frames > 0.25;
    this.#bad = s.blocked > 0.5 || lossy ? this.#bad + 1 : 0;
    if (this.#bad >= 2 && this.#level < 3) {
      this.#level = (this.#level + 1) as Relief;
      this.#bad = 0;
    }
    return this.#level;
  }

  reset(): void {
    this.#bad = 0;
    this.#level = 0;
  }
}

/** A computer that should not be asked for effects at all. */
export function weakBySpec(cores: number | undefined, memoryGb: number | undefined): boolean {
  return (cores !== undefined && cores <= 2) || (memoryGb !== undefined && memoryGb <= 2);
}

/** Sums up long tasks. Returns the share of time blocked since the last call, and the way to stop. */
export function watchLongTasks(now: () => number = () => performance.now()): { take(): number; stop(): void } {
  let blocked = 0;
  let since = now();
  let observer: PerformanceObserver | undefined;
  if (typeof PerformanceObserver !== "undefined" && PerformanceObserver.supportedEntryTypes?.includes("longtask")) {
    observer = new PerformanceObserver((list) => {
      for (const e of list.getEntries()) blocked += e.duration;
    });
    observer.observe({ entryTypes: ["longtask"] });
  }
  return {
    take() {
      const t = now();
      const share = t > since ? Math.min(1, blocked / (t - since)) : 0;
      blocked = 0;
      since = t;
      return share;
    },
    stop() {
      observer?.disconnect();
    },
  };
}
