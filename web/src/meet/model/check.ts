/** The connection test: what is asked, what the answers mean, what is written into the report. No browser in here. */

export type RowId = "certificate" | "signal" | "path" | "line" | "mic" | "speaker" | "camera" | "clock";
export const rowIds: readonly RowId[] = ["certificate", "signal", "path", "line", "mic", "speaker", "camera"];

export type Mark = "waiting" | "running" | "good" | "warn" | "bad" | "skipped";

export interface Row {
  id: RowId;
  mark: Mark;
  /** which words explain it: meet.check.<id>.<says> */
  says: string;
  values?: Record<string, string | number>;
}

/** What was found out, before it is judged. Undefined: not tried, or not yet. */
export interface Findings {
  secure: boolean;
  api: boolean;
  /** media connection straight over UDP, relayed over TLS: ms to connect, or the error */
  direct?: { ms: number } | { error: string };
  relay?: { ms: number } | { error: string };
  internalCa?: boolean;
  /** the relay list was not empty */
  relayOffered?: boolean;
  /** bits per second */
  /** bits per second; null: could not be measured, which says nothing about the line */
  down?: number | null;
  up?: number | null;
  /** ms our clock is ahead of the server's */
  clockOff?: number;
  mic?: { label: string; heard: boolean } | { cause: string };
  speaker?: { label: string; heard: boolean };
  camera?: { label: string; frames: boolean } | { cause: string };
}

// What a meeting needs of a line, in bits per second: sound alone, and sound with some pictures.
const soundNeeds = 100_000;
const pictureNeeds = 1_000_000;
// A clock further off than this makes sign-in and tickets fail.
const clockWarnMs = 60_000;

const ok = (x: object | undefined): x is { ms: number } => x !== undefined && "ms" in x;
const failed = (x: object | undefined): boolean => x !== undefined && "error" in x;
// From 10 on a fraction says nothing.
const mbps = (bits: number) => (bits / 1e6).toFixed(bits < 9.95e6 ? 1 : 0);

/** Turns findings into rows. Rows whose findings are missing keep the mark they are given in `running`. */
export function judge(f: Findings, running: ReadonlySet<RowId>): Row[] {
  const rows: Row[] = [];
  const put = (id: RowId, mark: Mark, says: string, values?: Row["values"]) => rows.push({ id, mark, says, values });
  const wait = (id: RowId) => put(id, running.has(id) ? "running" : "waiting", running.has(id) ? "running" : "waiting");

  if (!f.secure) put("certificate", "bad", "insecure");
  else if (ok(f.relay)) put("certificate", "good", "trusted");
  else if (failed(f.relay) && f.relayOffered === true) {
    // The page opens after a clicked-away warning, the relay never does: that is how it shows.
    put("certificate", f.internalCa ? "bad" : "warn", f.internalCa ? "untrusted" : "unknown");
  } else if (f.relayOffered === false) put("certificate", "warn", "noRelay");
  else wait("certificate");

  if (ok(f.direct) || ok(f.relay)) put("signal", "good", "good");
  else if (failed(f.direct) && f.relay !== undefined) put("signal", f.api ? "warn" : "bad", f.api ? "noMedia" : "none");
  else wait("signal");

  if (f.direct === undefined || (f.relay === undefined && f.relayOffered !== false)) wait("path");
  else if (ok(f.direct)) put("path", "good", ok(f.relay) ? "direct" : "directOnly");
  else if (ok(f.relay)) put("path", "warn", "relay");
  else put("path", "bad", "none");

  if (f.down === undefined || f.up === undefined) wait("line");
  else if (f.down === null || f.up === null) put("line", "warn", "unmeasured");
  else {
    const values = { down: mbps(f.down), up: mbps(f.up) };
    const least = Math.min(f.down, f.up);
    if (least >= pictureNeeds) put("line", "good", "good", values);
    else if (least >= soundNeeds) put("line", "warn", "thin", values);
    else put("line", "bad", "tooThin", values);
  }

  if (f.mic === undefined) wait("mic");
  else if ("cause" in f.mic) put("mic", "bad", "failed", { cause: f.mic.cause });
  else put("mic", f.mic.heard ? "good" : "warn", f.mic.heard ? "good" : "silent", { label: f.mic.label });

  if (f.speaker === undefined) wait("speaker");
  else
    put("speaker", f.speaker.heard ? "good" : "warn", f.speaker.heard ? "good" : "unheard", { label: f.speaker.label });

  if (f.camera === undefined) wait("camera");
  else if ("cause" in f.camera) put("camera", "bad", "failed", { cause: f.camera.cause });
  else put("camera", f.camera.frames ? "good" : "warn", f.camera.frames ? "good" : "black", { label: f.camera.label });

  // Shown only when it is a trouble: nobody needs one more green row.
  if (f.clockOff !== undefined && Math.abs(f.clockOff) > clockWarnMs) {
    put("clock", "warn", f.clockOff > 0 ? "ahead" : "behind", { minutes: Math.round(Math.abs(f.clockOff) / 60_000) });
  }
  return rows;
}

export type Verdict = "running" | "full" | "noCamera" | "listen" | "soundOnly" | "none";

/** What all rows come to. */
export function verdict(rows: readonly Row[]): Verdict {
  const mark = (id: RowId) => rows.find((r) => r.id === id)?.mark;
  if (rows.some((r) => r.mark === "waiting" || r.mark === "running")) return "running";
  if (
    mark("path") === "bad" ||
    mark("signal") === "bad" ||
    mark("line") === "bad" ||
    rows.some((r) => r.says === "insecure")
  )
    return "none";
  if (mark("mic") === "bad") return "listen";
  if (rows.some((r) => r.id === "line" && r.says === "thin")) return "soundOnly";
  if (mark("camera") === "bad") return "noCamera";
  return "full";
}

export interface ReportHead {
  at: Date;
  office: string;
  person: string;
  address: string;
  version: string;
  agent: string;
  origin: string;
}

/** The report: words for people on top, the same as JSON below for machines. It holds no token and no credential. */
export function report(
  head: ReportHead,
  f: Findings,
  rows: readonly Row[],
  say: (key: string, values?: Record<string, unknown>) => string,
): string {
  const lines = [
    say("meet.check.report.title"),
    "",
    `${say("meet.check.report.at")}: ${head.at.toISOString()}`,
    `${say("meet.check.report.office")}: ${head.office}`,
    `${say("meet.check.report.person")}: ${head.person}`,
    `${say("meet.check.report.address")}: ${head.address}`,
    `${say("meet.check.report.server")}: ${head.origin} (${head.version})`,
    `${say("meet.check.report.browser")}: ${head.agent}`,
    "",
    `${say("meet.check.report.verdict")}: ${say(`meet.check.verdict.${verdict(rows)}`)}`,
    "",
    ...rows.map((r) => `[${say(`meet.check.mark.${r.mark}`)}] ${say(`meet.check.${r.id}.title`)}: ${rowWords(r, say)}`),
    "",
    "--- JSON ---",
    JSON.stringify({ ...head, at: head.at.toISOString(), findings: f, rows }, null, 2),
    "",
  ];
  // With a byte order mark and CRLF the old Notepad shows it right.
  return `\uFEFF${lines.join("\r\n")}`;
}

/** The sentence of a row. */
export function rowWords(r: Row, say: (key: string, values?: Record<string, unknown>) => string): string {
  if (r.says === "waiting" || r.says === "running") return say(`meet.check.${r.says}`);
  if (r.says === "failed") {
    const device = say(`meet.media.${r.id === "mic" ? "microphone" : "camera"}`);
    return say(`meet.check.cause.${r.values?.cause ?? "unknown"}`, { device });
  }
  if (r.id === "line" && r.values !== undefined) {
    // Beyond this the browser is measured and not the line.
    const rate = (v: string | number = "") =>
      Number(v) > 1000 ? say("meet.check.line.most") : say("meet.check.line.rate", { rate: v });
    return say(`meet.check.line.${r.says}`, { down: rate(r.values.down), up: rate(r.values.up) });
  }
  return say(`meet.check.${r.id}.${r.says}`, r.values);
}

/** yakusho-check-20261014-1310.txt */
export function fileName(at: Date): string {
  const p = (n: number) => String(n).padStart(2, "0");
  return `yakusho-check-${at.getFullYear()}${p(at.getMonth() + 1)}${p(at.getDate())}-${p(at.getHours())}${p(at.getMinutes())}.txt`;
}

/**
 * Measures a line by sending more and more until it took long enough to mean something. `run` moves that many bytes and
 * answers with the ms it took; bits per second come back. The last and longest run counts, the first only warms up.
 */
export async function measure(run: (bytes: number) => Promise<number>, enoughMs = 900, max = 8 << 20): Promise<number> {
  let rate = 0;
  for (let bytes = 64 << 10; ; bytes = Math.min(bytes * 4, max)) {
    const ms = await run(bytes);
    rate = (bytes * 8 * 1000) / Math.max(ms, 1);
    // Stop also when the next size would take longer than people wait.
    if (ms >= enoughMs || bytes >= max || ms * 4 > 6000) return rate;
  }
}
