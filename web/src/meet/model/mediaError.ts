/** Why a camera or microphone cannot be used, in causes that have a remedy. */
export type MediaCause =
  | "insecure" // the page is not on a trusted connection, browsers then offer no devices at all
  | "policy" // the office's browser policy forbids it; nothing the person can change
  | "denied" // forbidden in the browser for this site
  | "dismissed" // the question was closed without an answer
  | "system" // forbidden by the operating system
  | "missing" // nothing is plugged in
  | "busy" // another program has it
  | "unsuitable" // the chosen device is gone or cannot do what was asked
  | "unknown";

export type MediaKind = "microphone" | "camera" | "screen";

/** What the page knows about its surroundings when a device was refused. */
export interface MediaSurroundings {
  secure: boolean;
  /** getUserMedia exists */
  devices: boolean;
  /** the document is allowed to ask at all (Permissions-Policy) */
  allowed: boolean;
  /** the browser's stored answer */
  permission: "granted" | "denied" | "prompt" | "unknown";
}

/** Finds the cause behind what getUserMedia threw. */
export function explain(err: unknown, s: MediaSurroundings): MediaCause {
  if (!s.secure || !s.devices) return "insecure";
  const name = err instanceof Error || err instanceof DOMException ? err.name : "";
  const message = err instanceof Error || err instanceof DOMException ? err.message.toLowerCase() : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      if (message.includes("system")) return "system";
      if (!s.allowed || message.includes("policy")) return "policy";
      if (message.includes("dismissed")) return "dismissed";
      // Allowed in the browser, refused all the same: the operating system said no.
      if (s.permission === "granted") return "system";
      return "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "OverconstrainedError":
    case "ConstraintNotSatisfiedError":
      return "unsuitable";
  }
  return "unknown";
}

/** Asks the browser what explain needs to know. Never fails. */
export async function surroundings(kind: "microphone" | "camera"): Promise<MediaSurroundings> {
  const secure = globalThis.isSecureContext === true;
  const devices = typeof navigator.mediaDevices?.getUserMedia === "function";
  const policy = (document as Document & { featurePolicy?: { allowsFeature(f: string): boolean } }).featurePolicy;
  let permission: MediaSurroundings["permission"] = "unknown";
  try {
    permission = (await navigator.permissions.query({ name: kind as PermissionName })).state;
  } catch {
    // a browser that does not know the question
  }
  return { secure, devices, allowed: policy?.allowsFeature(kind) ?? true, permission };
}

/** How many numbered steps the words for a cause have (meet.media.<cause>.step1 …). */
export const fixSteps: Readonly<Record<MediaCause, number>> = {
  insecure: 2,
  policy: 2,
  denied: 3,
  dismissed: 2,
  system: 3,
  missing: 2,
  busy: 2,
  unsuitable: 2,
  unknown: 2,
};
