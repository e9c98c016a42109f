import type { Schemas } from "@/lib/api/client";
import { ApiError } from "@/lib/api/problem";
import { serverNow } from "@/lib/clock";
import { joinMeeting } from "../api/joinMeeting";
import type { ReactionKind } from "../api/react";
import { say } from "../api/say";
import { Cell } from "./cell";
import { Preferred } from "./devices";
import { LiveLink } from "./liveLink";
import { LocalMedia } from "./media";
import { Outbox, type Sent } from "./outbox";
import { RoomSession, type SessionNotice } from "./session";
import { type Relief, StrainJudge, watchLongTasks, weakBySpec } from "./strain";
import { RoomStream } from "./stream";
import { SpeechDetector, watchLevel } from "./voice";

export type ChatMessage = Schemas["ChatMessage"];

/** A reaction while it is on the screen. */
export interface ShownReaction {
  id: number;
  participant: string;
  kind: ReactionKind;
}

/** Something the person is told in a bar over the picture until they close it or a newer one comes. */
export interface RoomNews {
  id: number;
  kind: SessionNotice["kind"] | "relief1" | "relief2" | "relief3";
  by?: string;
}

const reactionMs = 4000;
const strainEveryMs = 5000;

/** Everything behind the screens of one meeting, put together. Made when the page opens, closed when it goes. */
export class MeetingRoom {
  readonly preferred = new Preferred(storageOf(() => localStorage));
  readonly media = new LocalMedia();
  readonly session: RoomSession;
  readonly outbox: Outbox;
  readonly chat = new Cell<readonly ChatMessage[]>([]);
  readonly reactions = new Cell<readonly ShownReaction[]>([]);
  readonly news = new Cell<RoomNews | undefined>(undefined);
  readonly relief = new Cell<Relief>(0);
  readonly mutedSpeech = new Cell(false);
  /** this computer should not be asked for blur and the like */
  readonly weak = weakBySpec(navigator.hardwareConcurrency, (navigator as { deviceMemory?: number }).deviceMemory);
  #ids = 0;
  #stops: (() => void)[] = [];

  constructor(readonly id: string) {
    const stream = () =>
      new RoomStream({
        meeting: id,
        handlers: {
          state: (s) => this.session.onState(s),
          ice: (servers) => this.session.onIce(servers),
          notice: (n) => this.session.onNotice(n),
          reaction: (r) => this.#showReaction(r.participant, r.kind),
          chat: (m) => {
            this.outbox.arrived(m.key);
            this.chat.set([...this.chat.get(), m].slice(-1000));
          },
        },
      });
    // One stream object for the whole stay: it knows which messages were seen.
    let made: RoomStream | undefined;
    this.session = new RoomSession({
      join: (signal) => joinMeeting(id, signal),
      left: (t) => Date.parse(t.expires_at) - serverNow().getTime(),
      newLink: (events) => new LiveLink(this.media, events, this.preferred.value.get().audiooutput?.id),
      newStream: () => {
        made?.close();
        this.chat.set([]);
        made = stream();
        return made;
      },
      refusal: (e) => (e instanceof ApiError ? { status: e.status, code: e.code, detail: e.detail } : undefined),
      notify: (n) => this.#notice(n),
    });
    this.outbox = new Outbox({
      storage: storageOf(() => sessionStorage) ?? memory(),
      meeting: id,
      send: (k, t) => send(id, k, t),
    });
    this.#watchStrain();
    this.#watchMutedSpeech();
    const online = () => {
      this.session.hurry();
      this.outbox.wake();
    };
    window.addEventListener("online", online);
    this.#stops.push(() => window.removeEventListener("online", online));
    this.#stops.push(
      this.session.view.watch(() => {
        const phase = this.session.view.get().phase;
        if (phase === "live") this.outbox.wake();
        if (phase === "ended") this.media.release();
      }),
    );
  }

  /** In again after the end, with the devices as they were. */
  rejoin(): void {
    const p = this.preferred.value.get();
    void this.media.openMic(p.audioinput?.id);
    if (this.media.cameraWanted) void this.media.openCamera(p.videoinput?.id);
    this.session.join();
  }

  closeNews(): void {
    this.news.set(undefined);
  }

  close(): void {
    for (const f of this.#stops) f();
    this.#stops = [];
    this.session.leave();
    this.outbox.close();
    this.media.close();
  }

  #notice(n: SessionNotice): void {
    if (n.kind === "share_stopped") void this.media.stopShare();
    if (n.kind === "muted") void this.media.setMuted(true);
    if (n.kind === "camera_stopped") void this.media.closeCamera();
    this.#tell(n.kind, n.by);
  }

  #tell(kind: RoomNews["kind"], by?: string): void {
    this.#ids += 1;
    this.news.set({ id: this.#ids, kind, by });
  }

  #showReaction(participant: string, kind: ReactionKind): void {
    this.#ids += 1;
    const shown = { id: this.#ids, participant, kind };
    this.reactions.set([...this.reactions.get().filter((r) => r.participant !== participant), shown]);
    setTimeout(() => this.reactions.set(this.reactions.get().filter((r) => r.id !== shown.id)), reactionMs);
  }

  #watchStrain(): void {
    const tasks = watchLongTasks();
    const judge = new StrainJudge();
    const sum = { decoded: 0, dropped: 0 };
    this.session.onHealth = (h) => {
      sum.decoded += h.decoded;
      sum.dropped += h.dropped;
    };
    const timer = setInterval(() => {
      const sample = { blocked: tasks.take(), ...sum };
      sum.decoded = 0;
      sum.dropped = 0;
      // A page in the background drops frames by design.
      if (this.session.view.get().phase !== "live" || document.hidden) return;
      const level = judge.feed(sample);
      this.session.strained = judge.strained;
      if (level === this.relief.get()) return;
      this.relief.set(level);
      const s = this.media.state.get();
      const effects = s.blur === "on" || s.quiet === "on";
      if (effects) {
        void this.media.setBlur(false);
        void this.media.setQuiet(false);
      }
      if (level > 1 || effects) this.#tell(`relief${level as 1 | 2 | 3}`);
    }, strainEveryMs);
    this.#stops.push(() => {
      clearInterval(timer);
      tasks.stop();
    });
  }

  #watchMutedSpeech(): void {
    let stop: (() => void) | undefined;
    let track: MediaStreamTrack | undefined;
    let quietSince = 0;
    const detector = new SpeechDetector();
    const update = () => {
      const s = this.media.state.get();
      const live = this.session.view.get().phase === "live";
      const wanted = live && s.muted && s.mic.status === "on" ? s.micTrack : undefined;
      if (wanted === track) return;
      stop?.();
      stop = undefined;
      track = wanted;
      detector.reset();
      this.mutedSpeech.set(false);
      if (wanted === undefined) return;
      stop = watchLevel(wanted, (rms) => {
        const now = performance.now();
        if (detector.feed(rms)) {
          quietSince = now;
          this.mutedSpeech.set(true);
        } else if (now - quietSince > 5000) {
          this.mutedSpeech.set(false);
        }
      });
    };
    this.#stops.push(this.media.state.watch(update), this.session.view.watch(update), () => stop?.());
  }
}

async function send(meeting: string, key: string, text: string): Promise<Sent> {
  try {
    await say(meeting, key, text);
    return { ok: true };
  } catch (e) {
    if (!(e instanceof ApiError)) return { ok: false, again: true, why: "" };
    const again = e.network || e.status >= 500 || e.status === 429;
    return { ok: false, again, why: e.detail };
  }
}

// Asking for storage throws where policy forbids it.
function storageOf(get: () => Storage): Storage | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function memory(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const m = new Map<string, string>();
  return {
    getItem: (k) => m.get(k) ?? null,
    setItem: (k, v) => void m.set(k, v),
    removeItem: (k) => void m.delete(k),
  };
}
