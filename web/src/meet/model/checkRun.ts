import { startCheck } from "../api/startCheck";
import { Cell } from "./cell";
import { type Findings, judge, measure, type Row, type RowId } from "./check";
import { LocalMedia } from "./media";
import { download, probe, upload } from "./probe";

export interface CheckView {
  phase: "idle" | "running" | "asking" | "done";
  findings: Findings;
  rows: readonly Row[];
  address: string;
  version: string;
  guideUrl: string;
  at?: Date;
}

const blank = (): Findings => ({ secure: globalThis.isSecureContext === true, api: false });
const micWaitMs = 7000;

/** One run of the connection test: network and devices beside each other, the question about the loudspeaker last. */
export class CheckRun {
  readonly view = new Cell<CheckView>({
    phase: "idle",
    findings: blank(),
    rows: judge(blank(), new Set()),
    address: "",
    version: "",
    guideUrl: "",
  });
  readonly media = new LocalMedia();
  #running = new Set<RowId>();
  #turn = 0;
  #heard: (() => void) | undefined;

  async start(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.media.release();
    this.#running = new Set();
    this.view.set({
      phase: "running",
      findings: blank(),
      rows: judge(blank(), new Set()),
      address: "",
      version: "",
      guideUrl: "",
      at: new Date(),
    });
    await Promise.all([this.#network(turn), this.#devices(turn)]);
    if (turn !== this.#turn) return;
    this.#run("speaker");
    this.view.patch({ phase: "asking" });
  }

  /** The meter has moved. */
  voiceHeard(): void {
    this.#heard?.();
  }

  answerSpeaker(heard: boolean, label: string): void {
    this.#found({ speaker: { heard, label } }, "speaker");
    this.view.patch({ phase: "done" });
    this.media.release();
  }

  close(): void {
    this.#turn += 1;
    this.media.close();
  }

  async #network(turn: number): Promise<void> {
    this.#run("certificate", "signal", "path");
    const began = Date.now();
    try {
      const ticket = await startCheck(AbortSignal.timeout(8000));
      if (turn !== this.#turn) return;
      const clockOff = (began + Date.now()) / 2 - Date.parse(ticket.server_time);
      const relayOffered = ticket.ice_servers.length > 0;
      this.#found({ api: true, clockOff, internalCa: ticket.certificate.internal, relayOffered });
      this.view.patch({ address: ticket.address, version: ticket.version, guideUrl: ticket.certificate.guide_url });
      this.#found({ direct: await probe(ticket, "direct", 8000) });
      if (turn !== this.#turn) return;
      if (relayOffered) this.#found({ relay: await probe(ticket, "relay", 10_000) });
    } catch {
      const error = { error: "api" };
      if (turn === this.#turn) this.#found({ direct: error, relay: error, relayOffered: true });
    }
    if (turn !== this.#turn) return;
    this.#done("certificate", "signal", "path");
    this.#run("line");
    const down = await measure(download).catch(() => null);
    const up = await measure(upload).catch(() => null);
    if (turn === this.#turn) this.#found({ down, up }, "line");
  }

  async #devices(turn: number): Promise<void> {
    this.#run("mic");
    await this.media.openMic();
    if (turn !== this.#turn) return;
    const { mic, micTrack } = this.media.state.get();
    if (mic.status === "on" && micTrack !== undefined) {
      const heard = await new Promise<boolean>((resolve) => {
        const t = setTimeout(() => resolve(false), micWaitMs);
        this.#heard = () => {
          clearTimeout(t);
          resolve(true);
        };
      });
      if (turn !== this.#turn) return;
      this.#found({ mic: { label: micTrack.label, heard } }, "mic");
    } else {
      this.#found({ mic: { cause: mic.cause ?? "unknown" } }, "mic");
    }
    this.#run("camera");
    await this.media.openCamera();
    if (turn !== this.#turn) return;
    const { camera, picture } = this.media.state.get();
    if (camera.status === "on" && picture !== undefined) {
      const frames = await moves(picture);
      if (turn === this.#turn) this.#found({ camera: { label: labelOf(picture), frames } }, "camera");
    } else {
      this.#found({ camera: { cause: camera.cause ?? "unknown" } }, "camera");
    }
    await this.media.closeCamera();
  }

  #found(part: Partial<Findings>, done?: RowId): void {
    if (done !== undefined) this.#running.delete(done);
    const findings = { ...this.view.get().findings, ...part };
    this.view.patch({ findings, rows: judge(findings, this.#running) });
  }

  #run(...ids: RowId[]): void {
    for (const id of ids) this.#running.add(id);
    this.#found({});
  }

  #done(...ids: RowId[]): void {
    for (const id of ids) this.#running.delete(id);
    this.#found({});
  }
}

function labelOf(picture: unknown): string {
  return (picture as { mediaStreamTrack?: MediaStreamTrack }).mediaStreamTrack?.label ?? "";
}

/** Whether pictures really come out of a camera: a closed lid or a hung driver gives a track and no frame. */
async function moves(picture: {
  attach(el: HTMLMediaElement): unknown;
  detach(el: HTMLMediaElement): unknown;
}): Promise<boolean> {
  const el = document.createElement("video");
  el.muted = true;
  picture.attach(el);
  try {
    return await new Promise<boolean>((resolve) => {
      const t = setTimeout(() => resolve(false), 4000);
      el.requestVideoFrameCallback(() => {
        clearTimeout(t);
        resolve(true);
      });
      void el.play().catch(() => {});
    });
  } finally {
    picture.detach(el);
  }
}
