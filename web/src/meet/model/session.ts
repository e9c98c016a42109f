import { TicketAhead } from "./ahead";
import { Cell } from "./cell";
import { backOff, type Ending, judgeRefusal, next, type Phase, type Step } from "./life";
import { LineJudge } from "./line";
import type { IceServer, Link, LinkEvents, LinkHealth, Ticket } from "./link";
import { judgeQuality, type Quality, SteadyQuality } from "./quality";
import type { Peer, RosterEntry } from "./roster";
import { type PathState, Watchdog } from "./watchdog";

/** What the stay in a meeting looks like from outside. */
export interface SessionView {
  phase: Phase;
  ending?: Ending;
  /** own participant, once admitted */
  me: string;
  /** tries to get in since it last worked; 0 while it works */
  tries: number;
  /** picture and sound stand still while a new path is looked for */
  resuming: boolean;
  quality: Quality;
  relayed: boolean;
  peers: readonly Peer[];
  soundBlocked: boolean;
}

export interface SessionMeeting {
  id: string;
  number: string;
  pin?: string;
  title: string;
  ends_at: string;
  host: boolean;
  locked: boolean;
  guests_allowed: boolean;
}

export interface SessionNotice {
  kind: "muted" | "camera_stopped" | "share_stopped" | "removed" | "ended" | "host_given" | "hand_lowered";
  by?: string;
}

interface RefusedLike {
  status: number;
  code: string;
  detail: string;
}

/** The event stream, as far as a session is concerned. */
export interface SessionStream {
  open(): void;
  reopen(): void;
  close(): void;
}

export interface SessionDeps {
  join(signal: AbortSignal): Promise<Ticket>;
  /** ms until a ticket is worthless */
  left(t: Ticket): number;
  newLink(events: LinkEvents): Link;
  /** makes the stream; what it tells goes to the session's on… methods */
  newStream(): SessionStream;
  /** picks status, code and words out of what join threw; undefined: the server was not reached */
  refusal(err: unknown): RefusedLike | undefined;
  /** a notice for the person, and whatever else the view wants to know of it */
  notify?(n: SessionNotice): void;
  wait?(ms: number, signal: AbortSignal): Promise<void>;
  now?(): number;
}

/** Deadlines in ms. A call that hangs on a dead line must not keep the next one from finding the line repaired. */
export const deadlines = { join: 4000, connect: 12_000, resume: 9000, look: 500, lookAgain: 150 } as const;

/**
 * One person's stay in one meeting, from the knock to the end. It holds the connection, notices when it dies, and gets
 * back in with a new ticket, as often as it takes. A reload is never needed. (The engine resumes by itself when only its
 * signalling socket breaks and media goes on.)
 */
export class RoomSession {
  readonly view = new Cell<SessionView>({
    phase: "idle",
    me: "",
    tries: 0,
    resuming: false,
    quality: "good",
    relayed: false,
    peers: [],
    soundBlocked: false,
  });
  readonly meeting = new Cell<SessionMeeting | undefined>(undefined);
  readonly roster = new Cell<readonly RosterEntry[]>([]);
  /** true: nobody's picture is asked for */
  readonly soundOnly = new Cell(false);

  readonly #d: Required<Omit<SessionDeps, "notify">> & Pick<SessionDeps, "notify">;
  readonly #dog = new Watchdog();
  readonly #steady = new SteadyQuality();
  readonly #line = new LineJudge();
  readonly #ahead: TicketAhead;
  #stream: SessionStream | undefined;
  #link: Link | undefined;
  #unwatch: (() => void)[] = [];
  #abort = new AbortController();
  #resumingSince = 0;
  #wake: (() => void) | undefined;
  #ice: readonly IceServer[] | undefined;
  /** said from outside: this computer does not keep up, so nothing it measures tells of the line */
  strained = false;
  /** told of each look, e.g. to judge whether the computer keeps up */
  onHealth: ((h: { decoded: number; dropped: number }) => void) | undefined;

  constructor(deps: SessionDeps) {
    this.#d = {
      wait: abortableWait,
      now: () => performance.now(),
      ...deps,
    };
    const ask = () => deps.join(AbortSignal.timeout(deadlines.join));
    this.#ahead = new TicketAhead({ ask, left: deps.left });
  }

  /** Somebody is at the door and may join any moment. To be called on every sign of life; it asks seldom. */
  prepare(): void {
    if (this.view.get().phase === "idle") this.#ahead.want();
  }

  /** Goes in. Does nothing while a stay is going on. */
  join(): void {
    const phase = this.view.get().phase;
    if (phase !== "idle" && phase !== "ended") return;
    this.#abort = new AbortController();
    this.#step("join", { ending: undefined, tries: 0 });
    void this.#enter(false);
  }

  /** Leaves for good; the devices stay the caller's. */
  leave(): void {
    this.#finish({ kind: "left" });
  }

  /** The browser thinks that the network is back, or the person pressed: do not wait for the next try. */
  hurry(): void {
    this.#wake?.();
  }

  startSound(): Promise<void> {
    return this.#link?.startSound() ?? Promise.resolve();
  }

  setSpeaker(id: string): void {
    this.#link?.setSpeaker(id);
  }

  /** From the stream: what the room looks like now. */
  onState(s: { meeting: SessionMeeting; me: string; roster: readonly RosterEntry[] }): void {
    this.meeting.set(s.meeting);
    this.roster.set(s.roster);
    this.view.patch({ me: s.me });
  }

  /** From the stream: something was done to this participant. */
  onNotice(n: SessionNotice): void {
    switch (n.kind) {
      case "removed":
      case "ended":
        this.#finish({ kind: n.kind, by: n.by });
        return;
    }
    this.#d.notify?.(n);
  }

  /** From the stream: relay credentials that have not run out. */
  onIce(servers: readonly IceServer[]): void {
    this.#ice = servers;
    this.#link?.setIceServers(servers);
  }

  #step(step: Step, part: Partial<SessionView> = {}): boolean {
    const from = this.view.get().phase;
    const phase = next(from, step);
    if (phase === from) return false;
    this.view.patch({ ...part, phase });
    return true;
  }

  #finish(ending: Ending): void {
    if (!this.#step("finish", { ending, resuming: false, peers: [], tries: 0 })) return;
    this.#abort.abort();
    this.#stream?.close();
    this.#stream = undefined;
    this.#drop(true);
  }

  /** Tries to get in until it works or there is nothing to get into. */
  async #enter(wasIn: boolean, atOnce = !wasIn): Promise<void> {
    const signal = this.#abort.signal;
    if (!wasIn && (await this.#enterPrepared(signal))) return;
    for (let n = 0; !signal.aborted; n++) {
      if (n > 0 || !atOnce) {
        const woken = new Promise<void>((r) => {
          this.#wake = r;
        });
        await Promise.race([this.#d.wait(backOff(atOnce ? n - 1 : n) * 1000, signal), woken]);
        if (signal.aborted) return;
      }
      const ticket = await this.#knock(signal, wasIn);
      if (signal.aborted) return;
      if (ticket !== undefined && (await this.#connect(ticket, signal))) return;
      this.view.patch({ tries: n + 1 });
    }
  }

  // Whatever is wrong with the ticket at hand, e.g. that the meeting has been locked since: asking now tells.
  async #enterPrepared(signal: AbortSignal): Promise<boolean> {
    const ticket = await withDeadline(this.#ahead.take(), deadlines.join, signal).catch(() => undefined);
    return ticket !== undefined && !signal.aborted && (await this.#connect(ticket, signal));
  }

  async #knock(signal: AbortSignal, wasIn: boolean): Promise<Ticket | undefined> {
    const call = new AbortController();
    const abort = () => call.abort();
    const timer = setTimeout(abort, deadlines.join);
    signal.addEventListener("abort", abort);
    try {
      return await this.#d.join(call.signal);
    } catch (err) {
      if (signal.aborted) return undefined;
      const r = this.#d.refusal(err);
      const verdict = r === undefined ? "again" : judgeRefusal(r.code, r.status, r.detail, wasIn);
      if (verdict !== "again") this.#finish(verdict);
      return undefined;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  async #connect(ticket: Ticket, signal: AbortSignal): Promise<boolean> {
    const link: Link = this.#d.newLink({
      admitted: () => this.#mine(link, () => this.#hear()),
      resuming: () => this.#mine(link, () => this.#setResuming(true)),
      resumed: () => this.#mine(link, () => this.#setResuming(false)),
      closed: (why) => this.#mine(link, () => this.#lost(why)),
    });
    this.#link = link;
    this.view.patch({ me: ticket.participant });
    try {
      await withDeadline(link.connect(ticket), deadlines.connect, signal);
    } catch (err) {
      console.warn("connect", err);
      await link.close(false);
      if (this.#link === link) this.#link = undefined;
      return false;
    }
    if (signal.aborted || this.#link !== link) {
      await link.close(true);
      return true;
    }
    if (this.#ice !== undefined) link.setIceServers(this.#ice);
    this.#dog.reset();
    this.#steady.reset(this.#d.now());
    this.#line.reset();
    this.#unwatch = [
      link.peers.watch(() => this.view.patch({ peers: link.peers.get() })),
      link.soundBlocked.watch(() => this.view.patch({ soundBlocked: link.soundBlocked.get() })),
    ];
    void this.#watch(link, signal);
    this.#step("connected", {
      tries: 0,
      resuming: false,
      quality: "good",
      peers: link.peers.get(),
      soundBlocked: link.soundBlocked.get(),
    });
    return true;
  }

  // Not before: who has not been let in has nothing to hear.
  #hear(): void {
    if (this.#stream !== undefined) {
      this.#stream.reopen();
      return;
    }
    this.#stream = this.#d.newStream();
    this.#stream.open();
  }

  #mine(link: Link, f: () => void): void {
    if (this.#link === link) f();
  }

  #setResuming(on: boolean): void {
    if (this.view.get().phase !== "live") return;
    const was = this.view.get().resuming;
    if (on && !was) this.#resumingSince = this.#d.now();
    if (!on) {
      this.#dog.reset();
      // Whatever cut the media may have cut the stream, which would not notice for minutes.
      if (was) this.#stream?.reopen();
    }
    this.view.patch({ resuming: on });
  }

  #lost(why: "elsewhere" | "line", atOnce = false): void {
    if (why === "elsewhere") {
      this.#finish({ kind: "elsewhere" });
      return;
    }
    // While joining the failed connect call itself says so.
    if (!this.#step("lost", { resuming: false })) return;
    this.#drop(false);
    void this.#enter(true, atOnce);
  }

  #drop(leaving: boolean): void {
    for (const f of this.#unwatch) f();
    this.#unwatch = [];
    const link = this.#link;
    this.#link = undefined;
    void link?.close(leaving);
  }

  async #watch(link: Link, signal: AbortSignal): Promise<void> {
    while (this.#link === link && !signal.aborted) {
      let state: PathState = "alive";
      try {
        state = this.#judge(link, await link.health());
      } catch (err) {
        // A connection that is just closing has no statistics; the next look tells more.
        console.debug("look", err);
      }
      await this.#d.wait(state === "silent" ? deadlines.lookAgain : deadlines.look, signal);
    }
  }

  #judge(link: Link, h: LinkHealth): PathState {
    if (this.#link !== link) return "alive";
    const now = this.#d.now();
    const resuming = this.view.get().resuming;
    const state = resuming ? "alive" : this.#dog.look(h.paths, h.expecting, now);
    if (state === "dead" || (resuming && now - this.#resumingSince > deadlines.resume)) {
      // A new connection, not a resumed one: with the old path still in its books Chromium takes 3.5 s from the cut
      // until it uses another, and some 2 s more for the first picture. A new one has nothing to give up first.
      this.#lost("line", true);
      return state;
    }
    const quality = judgeQuality({
      recovering: resuming,
      soundOnly: this.soundOnly.get(),
      mark: h.mark,
      videos: h.videos,
      paused: h.paused,
      limited: h.limited,
      line: this.#line.feed(h.line, h.limited, this.strained || h.cpu, now),
    });
    this.view.patch({ quality: this.#steady.feed(quality, now), relayed: h.relayed });
    this.onHealth?.(h);
    return state;
  }
}

function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(t);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const t = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

function withDeadline<T>(p: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const t = setTimeout(() => reject(new Error("deadline")), ms);
    const abort = () => reject(new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    p.then(resolve, reject).finally(() => {
      clearTimeout(t);
      signal.removeEventListener("abort", abort);
    });
  });
}
