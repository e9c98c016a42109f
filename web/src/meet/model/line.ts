/**
 * Is the line between this computer and the server to blame? A picture that gets smaller has many causes, a slow PC among
 * them; people are told that the line is busy only when the connection's own figures say so.
 */

/** What the peer connections have counted since they were made. */
export interface LineSample {
  /** RTP packets that arrived, and those that never did */
  received: number;
  lost: number;
  /** of what we sent, the share that the server missed lately, 0..1 */
  sentLost: number;
  /** round trip of the newest check on the path, in ms */
  rtt?: number;
  /** what the browser thinks it may send, in bit/s */
  estimate?: number;
}

const windowMs = 4000;
const fewest = 50; // packets in a window; a share of less is chance
const lossy = 0.03;
const slowMs = 250; // a round trip that is this long, and three times the best of this connection
const thin = 250_000; // bit/s: no picture of a face fits beside the voice
const holdMs = 15_000;

/** Feeds on samples some half a second apart. Once the line was to blame it stays so for 15 s, so that words do not flicker. */
export class LineJudge {
  #seen: { at: number; received: number; lost: number }[] = [];
  #best = Number.POSITIVE_INFINITY;
  #blamed = Number.NEGATIVE_INFINITY;

  /** A new connection begins. */
  reset(): void {
    this.#seen = [];
    this.#best = Number.POSITIVE_INFINITY;
    this.#blamed = Number.NEGATIVE_INFINITY;
  }

  /**
   * `limited`: the browser sends our picture smaller for want of bandwidth. `strained`: this computer does not keep up; it
   * then loses packets and answers late by itself, and nothing is said about the line.
   */
  feed(s: LineSample, limited: boolean, strained: boolean, now: number): boolean {
    const last = this.#seen.at(-1);
    if (last !== undefined && s.received < last.received) this.#seen = [];
    this.#seen = [...this.#seen.filter((x) => now - x.at <= windowMs), { at: now, received: s.received, lost: s.lost }];
    if (s.rtt !== undefined) this.#best = Math.min(this.#best, s.rtt);
    if (strained) {
      this.#blamed = Number.NEGATIVE_INFINITY;
      this.#seen = [];
      return false;
    }
    const from = this.#seen[0] ?? s;
    const lost = Math.max(0, s.lost - from.lost);
    const all = lost + s.received - from.received;
    const late = s.rtt !== undefined && s.rtt >= slowMs && s.rtt >= 3 * this.#best;
    const narrow = limited && s.estimate !== undefined && s.estimate < thin;
    if ((all >= fewest && lost / all > lossy) || s.sentLost > lossy || late || narrow) this.#blamed = now;
    return now - this.#blamed < holdMs;
  }
}

/** Adds the counters of one peer connection to those of another. */
export function readLine(report: RTCStatsReport, sum: LineSample): LineSample {
  const out = { ...sum };
  let selected: string | undefined;
  for (const s of report.values()) {
    if (s.type === "transport" && typeof s.selectedCandidatePairId === "string") selected = s.selectedCandidatePairId;
    if (s.type === "inbound-rtp") {
      out.received += s.packetsReceived ?? 0;
      out.lost += Math.max(0, s.packetsLost ?? 0);
    }
    if (s.type === "remote-inbound-rtp") out.sentLost = Math.max(out.sentLost, s.fractionLost ?? 0);
  }
  const pair = selected === undefined ? undefined : report.get(selected);
  if (typeof pair?.currentRoundTripTime === "number")
    out.rtt = Math.max(out.rtt ?? 0, pair.currentRoundTripTime * 1000);
  if (typeof pair?.availableOutgoingBitrate === "number") out.estimate = pair.availableOutgoingBitrate;
  return out;
}

export const noLine: LineSample = { received: 0, lost: 0, sentLost: 0 };
