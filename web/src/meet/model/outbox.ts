import { Cell } from "./cell";

/** A message that was written here and is not yet known to be kept by the server. */
export interface Pending {
  key: string;
  text: string;
  /** set when the server refused it for good; its words */
  refused?: string;
}

/** What a try to send may end in. */
export type Sent = { ok: true } | { ok: false; again: boolean; why: string };

interface Options {
  /** sessionStorage, or anything like it; survives a reload of the tab */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  meeting: string;
  send: (key: string, text: string) => Promise<Sent>;
  newKey?: () => string;
  wait?: (ms: number) => Promise<void>;
}

/**
 * Takes what was typed and does not lose it: each message has a key of its own, is stored before it is sent, goes out in
 * order, and is tried again with the same key until the server has answered. The draft is kept too.
 */
export class Outbox {
  readonly pending = new Cell<readonly Pending[]>([]);
  readonly #o: Required<Options>;
  #running = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(o: Options) {
    this.#o = {
      newKey: () => crypto.randomUUID(),
      wait: (ms) => new Promise((r) => setTimeout(r, ms)),
      ...o,
    };
    this.pending.set(this.#load());
    void this.#run();
  }

  get draft(): string {
    return read(this.#o.storage, this.#name("draft")) ?? "";
  }

  set draft(text: string) {
    write(this.#o.storage, this.#name("draft"), text);
  }

  add(text: string): void {
    const clean = text.trim();
    if (clean === "") return;
    this.#keep([...this.pending.get(), { key: this.#o.newKey(), text: clean }]);
    this.draft = "";
    void this.#run();
  }

  /** The server has the message: its answer came, or the message itself came down the stream. */
  arrived(key: string | undefined): void {
    if (key === undefined) return;
    const rest = this.pending.get().filter((p) => p.key !== key);
    if (rest.length !== this.pending.get().length) this.#keep(rest);
  }

  /** Tries a refused message once more, under a new key because the old one may be spent. */
  retry(key: string): void {
    this.#keep(this.pending.get().map((p) => (p.key === key ? { key: this.#o.newKey(), text: p.text } : p)));
    void this.#run();
  }

  drop(key: string): void {
    this.arrived(key);
  }

  /** The line is back: do not wait for the next try. */
  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let fails = 0;
    while (!this.#closed) {
      const head = this.pending.get().find((p) => p.refused === undefined);
      if (head === undefined) break;
      const sent = await this.#o.send(head.key, head.text);
      if (sent.ok) {
        fails = 0;
        this.arrived(head.key);
      } else if (sent.again) {
        fails += 1;
        const woken = new Promise<void>((r) => {
          this.#wake = r;
        });
        await Promise.race([this.#o.wait(Math.min(500 * 2 ** fails, 5000)), woken]);
      } else {
        this.#keep(this.pending.get().map((p) => (p.key === head.key ? { ...p, refused: sent.why } : p)));
      }
    }
    this.#running = false;
  }

  #keep(list: readonly Pending[]): void {
    this.pending.set(list);
    write(this.#o.storage, this.#name("outbox"), list.length === 0 ? "" : JSON.stringify(list));
  }

  #load(): readonly Pending[] {
    try {
      const raw: unknown = JSON.parse(read(this.#o.storage, this.#name("outbox")) || "[]");
      if (!Array.isArray(raw)) return [];
      return raw.filter((p): p is Pending => typeof p?.key === "string" && typeof p?.text === "string");
    } catch {
      return [];
    }
  }

  #name(what: string): string {
    return `yakusho.chat.${this.#o.meeting}.${what}`;
  }
}

// Storage can be forbidden by policy or full. Then the message lives in memory only, which is still worth having.
function read(s: Pick<Storage, "getItem">, k: string): string | null {
  try {
    return s.getItem(k);
  } catch {
    return null;
  }
}

function write(s: Pick<Storage, "setItem" | "removeItem">, k: string, v: string): void {
  try {
    if (v === "") s.removeItem(k);
    else s.setItem(k, v);
  } catch {
    // see read
  }
}
