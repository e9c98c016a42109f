import { loadRnnoise, RnnoiseWorkletNode } from "@sapphi-red/web-noise-suppressor";
import type { AudioProcessorOptions, Track, TrackProcessor } from "livekit-client";

// Where scripts/assets.mjs puts the engine.
const url = "/audio/rnnoise.wasm";
const simdUrl = "/audio/rnnoise_simd.wasm";
const workletUrl = "/audio/rnnoise-worklet.js";

let shared: AudioContext | undefined;

/** The one audio context of the effect. RNNoise works at 48 kHz and at nothing else. */
export function audioContext(): AudioContext {
  if (shared === undefined || shared.state === "closed") shared = new AudioContext({ sampleRate: 48_000 });
  return shared;
}

/** Takes keyboards, fans and papers out of a voice (RNNoise in an AudioWorklet). Loaded only when it is switched on. */
export function makeQuiet(): TrackProcessor<Track.Kind.Audio, AudioProcessorOptions> {
  return new Quiet();
}

class Quiet implements TrackProcessor<Track.Kind.Audio, AudioProcessorOptions> {
  readonly name = "rnnoise";
  processedTrack?: MediaStreamTrack;
  #stop: (() => void) | undefined;

  async init({ track }: AudioProcessorOptions): Promise<void> {
    // The engine's context is closed with each connection; this one stays.
    const ctx = audioContext();
    await ctx.resume();
    const [wasmBinary] = await Promise.all([loadRnnoise({ url, simdUrl }), ctx.audioWorklet.addModule(workletUrl)]);
    const source = ctx.createMediaStreamSource(new MediaStream([track]));
    const node = new RnnoiseWorkletNode(ctx, { maxChannels: 1, wasmBinary });
    const sink = ctx.createMediaStreamDestination();
    source.connect(node).connect(sink);
    this.processedTrack = sink.stream.getAudioTracks()[0];
    this.#stop = () => {
      source.disconnect();
      node.disconnect();
      node.destroy();
      this.processedTrack?.stop();
      this.processedTrack = undefined;
    };
  }

  async restart(o: AudioProcessorOptions): Promise<void> {
    await this.destroy();
    await this.init(o);
  }

  async destroy(): Promise<void> {
    this.#stop?.();
    this.#stop = undefined;
  }
}
