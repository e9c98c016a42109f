import type { PathSample } from "./watchdog";

/** Reads the counters of the selected candidate pair. Undefined while no pair is selected. */
export function readPath(
  transport: string,
  report: RTCStatsReport,
): { sample: PathSample; relayed: boolean } | undefined {
  let selected: string | undefined;
  for (const s of report.values()) {
    if (s.type === "transport" && typeof s.selectedCandidatePairId === "string") selected = s.selectedCandidatePairId;
  }
  const pair = selected === undefined ? undefined : report.get(selected);
  if (pair === undefined) return undefined;
  const n = (v: unknown) => (typeof v === "number" ? v : 0);
  return {
    sample: {
      transport,
      pair: pair.id,
      received: n(pair.packetsReceived) + n(pair.bytesReceived),
      responses: n(pair.responsesReceived),
      requests: n(pair.requestsSent),
      asked: n(pair.requestsReceived),
    },
    relayed: report.get(pair.localCandidateId)?.candidateType === "relay",
  };
}

/** How the decoders keep up, and why our own picture is sent smaller, if it is. */
export function readVideo(report: RTCStatsReport): {
  decoded: number;
  dropped: number;
  limited: boolean;
  cpu: boolean;
} {
  const out = { decoded: 0, dropped: 0, limited: false, cpu: false };
  for (const s of report.values()) {
    if (s.type === "inbound-rtp" && s.kind === "video") {
      out.decoded += s.framesDecoded ?? 0;
      out.dropped += s.framesDropped ?? 0;
    }
    if (s.type === "outbound-rtp" && s.kind === "video" && s.active !== false) {
      out.limited ||= s.qualityLimitationReason === "bandwidth";
      out.cpu ||= s.qualityLimitationReason === "cpu";
    }
  }
  return out;
}
