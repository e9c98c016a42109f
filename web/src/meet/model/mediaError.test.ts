import { describe, expect, it } from "vitest";
import { explain, type MediaSurroundings } from "./mediaError";

describe("media errors", () => {
  const here: MediaSurroundings = { secure: true, devices: true, allowed: true, permission: "prompt" };
  const cases: [string, string, Partial<MediaSurroundings>, string][] = [
    ["NotAllowedError", "Permission denied", {}, "denied"],
    ["NotAllowedError", "Permission dismissed", {}, "dismissed"],
    ["NotAllowedError", "Permission denied by system", {}, "system"],
    ["NotAllowedError", "Permission denied", { permission: "granted" }, "system"],
    ["NotAllowedError", "Permission denied", { allowed: false }, "policy"],
    ["NotFoundError", "Requested device not found", {}, "missing"],
    ["NotReadableError", "Could not start video source", {}, "busy"],
    ["OverconstrainedError", "", {}, "unsuitable"],
    ["TypeError", "x", { devices: false }, "insecure"],
    ["NotAllowedError", "", { secure: false }, "insecure"],
    ["WeirdError", "", {}, "unknown"],
  ];
  for (const [name, message, s, want] of cases) {
    it(`explains ${name} "${message}" ${JSON.stringify(s)} as ${want}`, () => {
      expect(explain(new DOMException(message, name), { ...here, ...s })).toBe(want);
    });
  }
});
