import { describe, expect, it } from "vitest";
import { type Findings, fileName, judge, measure, type Row, report, rowWords, verdict } from "./check";

describe("connection test", () => {
  const all: Findings = {
    secure: true,
    api: true,
    direct: { ms: 200 },
    relay: { ms: 300 },
    relayOffered: true,
    internalCa: true,
    down: 8.2e6,
    up: 3.1e6,
    clockOff: 300,
    mic: { label: "USB", heard: true },
    speaker: { label: "USB", heard: true },
    camera: { label: "内蔵", frames: true },
  };
  const none = new Set<never>();
  const marks = (f: Findings) => Object.fromEntries(judge(f, none).map((r) => [r.id, `${r.mark} ${r.says}`]));

  it("is good when everything is", () => {
    expect(new Set(judge(all, none).map((r) => r.mark))).toEqual(new Set(["good"]));
    expect(verdict(judge(all, none))).toBe("full");
  });
  it("names the spare path when UDP is closed", () => {
    expect(marks({ ...all, direct: { error: "timeout" } })).toMatchObject({
      path: "warn relay",
      certificate: "good trusted",
    });
  });
  it("finds the certificate missing when only the relay fails", () => {
    expect(marks({ ...all, relay: { error: "timeout" } })).toMatchObject({
      path: "good directOnly",
      certificate: "bad untrusted",
    });
  });
  it("comes to these verdicts", () => {
    const v = (f: Partial<Findings>) => verdict(judge({ ...all, ...f }, none));
    expect(v({ camera: { cause: "missing" } })).toBe("noCamera");
    expect(v({ mic: { cause: "denied" } })).toBe("listen");
    expect(v({ down: 200_000 })).toBe("soundOnly");
    expect(v({ direct: { error: "x" }, relay: { error: "x" } })).toBe("none");
    expect(v({ secure: false })).toBe("none");
    expect(v({ speaker: undefined })).toBe("running");
  });
  it.each([
    [3.14e6, "3.1"],
    [9.96e6, "10"],
    [850.4e6, "850"],
    [1000e6, "1000"],
    [3242e6, "most"],
  ])("says a line of %d bit/s as %s", (down, want) => {
    const row = judge({ ...all, down }, none).find((r) => r.id === "line") as Row;
    const say = (key: string, v?: Record<string, unknown>) =>
      key.endsWith(".rate") ? String(v?.rate) : key.endsWith(".most") ? "most" : String(v?.down);
    expect(rowWords(row, say)).toBe(want);
  });
  it("mentions the clock only when it is wrong", () => {
    expect(marks(all).clock).toBeUndefined();
    expect(marks({ ...all, clockOff: -600_000 }).clock).toBe("warn behind");
  });
  it("writes a report for people and machines, with nothing secret in it", () => {
    const say = (k: string, o?: Record<string, unknown>) => `${k}${o?.device ? `(${o.device})` : ""}`;
    const rows = judge({ ...all, camera: { cause: "busy" } }, none);
    const text = report(
      {
        at: new Date(0),
        office: "みほん市",
        person: "佐藤",
        address: "10.0.0.1",
        version: "1",
        agent: "UA",
        origin: "https://x",
      },
      all,
      rows,
      say,
    );
    expect(text.startsWith("\uFEFF")).toBe(true);
    expect(text).toContain("みほん市");
    const json: unknown = JSON.parse(text.slice(text.indexOf("--- JSON ---") + 12));
    expect(json).toMatchObject({ office: "みほん市", findings: { up: 3.1e6 } });
    expect(text).not.toMatch(/token|credential|turns:/);
    expect(rowWords(rows.find((r) => r.id === "camera") as Row, say)).toBe("meet.check.cause.busy(meet.media.camera)");
    expect(fileName(new Date(2026, 9, 14, 9, 5))).toBe("yakusho-check-20261014-0905.txt");
  });
  it("sends more until the measurement means something, and not for ever on a thin line", async () => {
    const sizes: number[] = [];
    const at = (bitsPerMs: number) => async (bytes: number) => {
      sizes.push(bytes);
      return (bytes * 8) / bitsPerMs;
    };
    expect(await measure(at(10_000))).toBeCloseTo(10e6, -5);
    expect(sizes.length).toBeLessThanOrEqual(5);
    sizes.length = 0;
    expect(await measure(at(100))).toBeCloseTo(100e3, -3);
    expect(sizes).toEqual([65_536]);
  });
});
