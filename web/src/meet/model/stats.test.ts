import { describe, expect, it } from "vitest";
import { readPath, readVideo } from "./stats";

describe("statistics", () => {
  it("are read from the selected pair", () => {
    const report = new Map<string, Record<string, unknown>>([
      ["T", { id: "T", type: "transport", selectedCandidatePairId: "P" }],
      [
        "P",
        {
          id: "P",
          type: "candidate-pair",
          localCandidateId: "L",
          packetsReceived: 3,
          bytesReceived: 400,
          responsesReceived: 2,
          requestsSent: 5,
        },
      ],
      ["L", { id: "L", type: "local-candidate", candidateType: "relay" }],
      ["V", { id: "V", type: "inbound-rtp", kind: "video", framesDecoded: 10, framesDropped: 2 }],
      ["O", { id: "O", type: "outbound-rtp", kind: "video", qualityLimitationReason: "bandwidth" }],
    ]) as unknown as RTCStatsReport;
    expect(readPath("subscriber", report)).toEqual({
      sample: { transport: "subscriber", pair: "P", received: 403, responses: 2, requests: 5, asked: 0 },
      relayed: true,
    });
    expect(readVideo(report)).toEqual({ decoded: 10, dropped: 2, limited: true, cpu: false });
    expect(readPath("x", new Map() as unknown as RTCStatsReport)).toBeUndefined();
  });
});
