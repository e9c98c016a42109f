/**
 * Judges from the counters of the selected candidate pairs whether the media path still carries anything. A browser by
 * itself notices a path that was cut only after some 16 seconds; people notice after two.
 *
 * Fast rule: media is expected, came steadily until now, and nothing at all came for `silence` ms on any transport
 * (longer on a line that has been making pauses all along).
 * Slow rule, for a quiet room: a transport's STUN checks stay unanswered, `misses` of them over `quietSilence` ms.
 * The slow rule alone also sees a path that is cut in one direction, while media still arrives.
 */

/** Counters of one transport's selected pair; all only ever grow while the pair stays the same. */
export interface PathSample {
  transport: string;
  pair: string;
  /** packets or bytes of media and control received */
  received: number;
  /** answers to our STUN checks */
  responses: number;
  /** STUN checks we sent */
  requests: number;
  /** STUN checks of the other side */
  asked: number;
}

/** silent: nothing has come for a moment; worth looking again soon. */
export type PathState = "alive" | "silent" | "dead";

export interface WatchdogOptions {
  /** ms without anything after which a busy path is dead */
  silence?: number;
  /** ms without a STUN answer after which a quiet path may be dead */
  quietSilence?: number;
  /** unanswered checks that must have been sent by then */
  misses?: number;
}

interface Transport {
  last: PathSample;
  responseAt: number;
  requestsAtResponse: number;
}

// A gap between two looks longer than this means that the computer slept or the page was frozen.
const sleptMs = 3000;
const steadyLooks = 4;

export class Watchdog {
  readonly #silence: number;
  readonly #quiet: number;
  readonly #misses: number;
  #transports = new Map<string, Transport>();
  #progressAt = 0;
  #lookedAt = 0;
  #steady = 0;
  // The longest pause between two signs of life lately. A line that is chatty only once a second must not be judged by
  // the measure of one that never pauses.
  #pause = 0;

  constructor(o: WatchdogOptions = {}) {
    this.#silence = o.silence ?? 1500;
    this.#quiet = o.quietSilence ?? 4000;
    this.#misses = o.misses ?? 3;
  }

  /** Forgets everything, e.g. when a new connection begins. */
  reset(): void {
    this.#transports = new Map();
    this.#progressAt = 0;
    this.#lookedAt = 0;
    this.#steady = 0;
    this.#pause = 0;
  }

  /** One look at `now` (ms, monotonic). `expecting`: somebody's media should be arriving. */
  look(samples: readonly PathSample[], expecting: boolean, now: number): PathState {
    if (samples.length === 0) return "alive"; // not connected yet: the connection has its own deadline
    if (this.#lookedAt !== 0 && now - this.#lookedAt > sleptMs) this.reset();
    this.#lookedAt = now;
    let progress = false;
    let unanswered = false;
    for (const s of samples) {
      const t = this.#transports.get(s.transport);
      if (t === undefined || t.last.pair !== s.pair || s.received < t.last.received) {
        this.#transports.set(s.transport, { last: s, responseAt: now, requestsAtResponse: s.requests });
        progress = true;
        continue;
      }
      if (s.received > t.last.received || s.asked > t.last.asked || s.responses > t.last.responses) progress = true;
      if (s.responses > t.last.responses) {
        t.responseAt = now;
        t.requestsAtResponse = s.requests;
      } else if (now - t.responseAt >= this.#quiet && s.requests - t.requestsAtResponse >= this.#misses) {
        unanswered = true;
      }
      t.last = s;
    }
    if (progress) {
      this.#pause = Math.max(this.#pause * 0.97, this.#progressAt === 0 ? 0 : now - this.#progressAt);
      this.#progressAt = now;
      this.#steady = Math.min(this.#steady + 1, steadyLooks);
    } else if (!expecting) {
      this.#steady = 0;
    }
    if (unanswered) return "dead";
    const patience = Math.min(Math.max(this.#silence, 2.5 * this.#pause), 6000);
    if (progress || !expecting || this.#steady < steadyLooks) return "alive";
    return now - this.#progressAt >= patience ? "dead" : "silent";
  }
}
