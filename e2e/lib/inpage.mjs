// What is put into every page before its own scripts run: eyes on the peer connections and on the content policy.

/** Runs in the page. It must not name anything outside itself. */
export function inPage() {
  const tell = (/** @type {string} */ kind, /** @type {string} */ text) => window.__tell?.(kind, text);
  document.addEventListener("securitypolicyviolation", (e) =>
    tell("csp", `${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile ?? ""}:${e.lineNumber}`),
  );
  window.addEventListener("unhandledrejection", (e) => tell("rejection", String(e.reason?.stack ?? e.reason)));

  const Real = window.RTCPeerConnection;
  const pcs = [];
  const streams = new Map(); // track id → id of its stream, which begins with the sender's id in the media room
  const look = (c) => {
    for (const s of c?.iceServers ?? []) for (const u of [s.urls].flat()) tell("ice", u);
  };
  window.RTCPeerConnection = class extends Real {
    constructor(c, ...rest) {
      super(c, ...rest);
      look(c);
      pcs.push(this);
      this.addEventListener("track", (e) => {
        if (e.streams[0]) streams.set(e.track.id, e.streams[0].id);
      });
    }
    setConfiguration(c) {
      look(c);
      super.setConfiguration(c);
    }
  };

  /** Per sender: frames decoded, audio energy, largest picture; and how media travels. */
  window.__media = async () => {
    const from = {};
    const paths = [];
    for (const pc of pcs) {
      if (pc.connectionState === "closed") continue;
      const stats = await pc.getStats();
      for (const s of stats.values()) {
        if (s.type === "inbound-rtp") {
          const stream = streams.get(s.trackIdentifier);
          if (stream === undefined) continue;
          const who = stream.split("|")[0];
          from[who] ??= { frames: 0, energy: 0, tracks: {} };
          const t = {
            kind: s.kind,
            frames: s.framesDecoded ?? 0,
            energy: s.totalAudioEnergy ?? 0,
            width: s.frameWidth ?? 0,
            height: s.frameHeight ?? 0,
          };
          from[who].tracks[s.trackIdentifier] = t;
          from[who].frames += t.frames;
          from[who].energy += t.energy;
        }
        if (s.type === "transport" && s.selectedCandidatePairId) {
          const pair = stats.get(s.selectedCandidatePairId);
          const local = stats.get(pair?.localCandidateId);
          paths.push(`${local?.candidateType}/${local?.relayProtocol ?? local?.protocol}`);
        }
      }
    }
    return { from, paths };
  };
}
