import { BackgroundProcessor } from "@livekit/track-processors";
import type { Track, TrackProcessor } from "livekit-client";

/**
 * Blurs what is behind a person. Loaded only when it is switched on. Without assetPaths the library would fetch its
 * model from two public hosts; ours are served by this server.
 */
export function makeBlur(): TrackProcessor<Track.Kind.Video> {
  return BackgroundProcessor({
    mode: "background-blur",
    blurRadius: 12,
    maxFps: 15,
    assetPaths: { tasksVisionFileSet: "/mp/wasm", modelAssetPath: "/mp/selfie_segmenter_landscape.tflite" },
  }) as unknown as TrackProcessor<Track.Kind.Video>;
}
