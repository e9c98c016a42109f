import type { Schemas } from "@/lib/api/client";

/** What the server's event stream of a meeting tells. */
export interface StreamHandlers {
  state(s: Schemas["RoomState"]): void;
  chat(m: Schemas["ChatMessage"]): void;
  reaction(r: Schemas["Reaction"]): void;
  notice(n: Schemas["Notice"]): void;
  /** fresh relay credentials; they come when the stream opens and every few minutes */
  ice(servers: Schemas["IceServer"][]): void;
}

/** The part of EventSource that is used. */
export interface Source {
  addEventListener(type: string, listener: (e: MessageEvent<string>) => void): void;
  onerror: ((e: Event) => void) | null;
  onopen: ((e: Event) => void) | null;
  close(): void;
}

interface Options {
  meeting: string;
  handlers: StreamHandlers;
  open?: (url: string) => Source;
  setTimer?: (f: () => void, ms: number) => unknown;
  clearTimer?: (t: unknown) => void;
}

/**
 * Listens to a meeting. When the stream breaks it is opened anew from the last chat message seen; messages are handed
 * on once each and in order. `reopen` is for when something else noticed that the line had been away: a dead TCP
 * connection looks alive to an EventSource.
 */
export class RoomStream {
  readonly #o: Required<Options>;
  #source: Source | undefined;
  #timer: unknown;
  #after = 0;
  #fails = 0;
  #closed = false;

  constructor(o: Options) {
    this.#o = {
      open: (url) => new EventSource(url),
      setTimer: (f, ms) => setTimeout(f, ms),
      clearTimer: (t) => clearTimeout(t as number),
      ...o,
    };
  }

  /** The number of the last chat message seen. */
  get after(): number {
    return this.#after;
  }

  open(): void {
    this.#drop();
    if (this.#closed) return;
    const source = this.#o.open(`/api/meetings/${encodeURIComponent(this.#o.meeting)}/events?after=${this.#after}`);
    this.#source = source;
    const on = <T>(type: string, handle: (data: T) => void) =>
      source.addEventListener(type, (e) => {
        if (this.#source !== source) return;
        try {
          handle(JSON.parse(e.data) as T);
        } catch (err) {
          // A malformed event must not end the stream; the next state repairs what it meant.
          console.error("event not understood", type, err);
        }
      });
    const h = this.#o.handlers;
    on<Schemas["RoomState"]>("state", h.state);
    on<Schemas["Reaction"]>("reaction", h.reaction);
    on<Schemas["Notice"]>("notice", h.notice);
    on<Schemas["IceServer"][]>("ice", h.ice);
    on<Schemas["ChatMessage"]>("chat", (m) => {
      if (m.number <= this.#after) return;
      this.#after = m.number;
      h.chat(m);
    });
    source.onopen = () => {
      this.#fails = 0;
    };
    source.onerror = () => {
      if (this.#source !== source) return;
      // Also for a refusal: whether one is out is the media connection's to find out, which has an answer to read.
      this.#drop();
      const wait = Math.min(500 * 2 ** this.#fails, 4000);
      this.#fails += 1;
      this.#timer = this.#o.setTimer(() => this.open(), wait);
    };
  }

  reopen(): void {
    this.#fails = 0;
    this.open();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #drop(): void {
    if (this.#timer !== undefined) this.#o.clearTimer(this.#timer);
    this.#timer = undefined;
    const s = this.#source;
    this.#source = undefined;
    s?.close();
  }
}
