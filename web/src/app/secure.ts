export type Lack = "insecure" | "no-media";

interface Surroundings {
  isSecureContext: boolean;
  navigator: { mediaDevices?: unknown };
}

/** What keeps this browser from camera and microphone whatever the person does: no secure context, or no such API. */
export function lackOf(w: Surroundings): Lack | undefined {
  if (!w.isSecureContext) return "insecure";
  if (!w.navigator.mediaDevices) return "no-media";
  return undefined;
}
