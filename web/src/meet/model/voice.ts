/** How loud a microphone is, and whether somebody speaks into it while it is muted. */

/**
 * Tells speech from the noise of a room. It learns the noise floor and calls it speech when the level stands well above
 * the floor for most of a short while; a door or a cough is too short.
 */
export class SpeechDetector {
  #floor = 0.004;
  #loud = 0;

  /** One level (root mean square, 0..1), about every 100 ms. */
  feed(rms: number): boolean {
    const speech = rms > Math.max(this.#floor * 3.5, 0.018);
    // The floor falls quickly and rises slowly, so that long speech is not taken for noise.
    this.#floor += (rms - this.#floor) * (rms < this.#floor ? 0.2 : 0.005);
    this.#loud = speech ? Math.min(this.#loud + 1, 8) : Math.max(this.#loud - 1, 0);
    return this.#loud >= 4;
  }

  reset(): void {
    this.#loud = 0;
  }
}

/** Turns a level into 0..`bars` lit bars of a meter. Speech at a desk reaches about two thirds. */
export function bars(rms: number, bars: number): number {
  if (rms <= 0.0008) return 0;
  const db = 20 * Math.log10(rms); // -62 .. 0
  return Math.max(0, Math.min(bars, Math.round(((db + 56) / 44) * bars)));
}

/**
 * Measures a track about every 100 ms until stopped. The track is copied, so that a muted microphone can be heard here
 * and nowhere else. Without an AudioContext (locked-down browser) nothing is measured.
 */
export function watchLevel(track: MediaStreamTrack, onLevel: (rms: number) => void): () => void {
  if (typeof AudioContext === "undefined") return () => {};
  const own = track.clone();
  own.enabled = true;
  const ctx = new AudioContext();
  const source = ctx.createMediaStreamSource(new MediaStream([own]));
  const analyser = ctx.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const buf = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (ctx.state === "suspended") void ctx.resume().catch(() => {});
    analyser.getFloatTimeDomainData(buf);
    let sum = 0;
    for (const v of buf) sum += v * v;
    onLevel(Math.sqrt(sum / buf.length));
  }, 100);
  return () => {
    clearInterval(timer);
    own.stop();
    source.disconnect();
    void ctx.close().catch(() => {});
  };
}

/** Plays three rising notes on one loudspeaker, to be recognised by ear. Nothing is loaded for it. */
export async function playTestTone(speakerId: string | undefined): Promise<void> {
  const ctx = new AudioContext() as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  try {
    if (speakerId && ctx.setSinkId) await ctx.setSinkId(speakerId === "default" ? "" : speakerId);
    await ctx.resume();
    const begin = ctx.currentTime + 0.05;
    for (const [i, hz] of [523.25, 659.25, 783.99].entries()) {
      const osc = ctx.createOscillator();
      const gain = ctx.createGain();
      const at = begin + i * 0.35;
      osc.frequency.value = hz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(0.3, at + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
      osc.connect(gain).connect(ctx.destination);
      osc.start(at);
      osc.stop(at + 0.55);
    }
    await new Promise((r) => setTimeout(r, 1400));
  } finally {
    await ctx.close().catch(() => {});
  }
}
