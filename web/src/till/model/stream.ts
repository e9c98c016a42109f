// Follows a stream of server-sent events and opens it anew when it breaks, for as long as it is wanted.

/** The part of EventSource that is used. */
export interface Source {
  addEventListener(type: string, listener: (e: MessageEvent<string>) => void): void;
  onerror: ((e: Event) => void) | null;
  onopen: ((e: Event) => void) | null;
  close(): void;
}

export interface Follow {
  url: string;
  /** by the name of the event; what is not understood is left out, the next state repairs it */
  on: Record<string, (data: never) => void>;
  /** whether the stream is open now */
  line?: (up: boolean) => void;
  open?: (url: string) => Source;
  setTimer?: (f: () => void, ms: number) => unknown;
  clearTimer?: (t: unknown) => void;
}

/** Longest wait between two tries, in milliseconds. */
const longest = 5000;

/** Starts following; returns what ends it. */
export function follow(o: Follow): () => void {
  const open = o.open ?? ((url: string) => new EventSource(url));
  const setTimer = o.setTimer ?? ((f, ms) => setTimeout(f, ms));
  const clearTimer = o.clearTimer ?? ((t) => clearTimeout(t as number));
  let source: Source | undefined;
  let timer: unknown;
  let fails = 0;
  let over = false;
  const start = () => {
    if (over) return;
    const s = open(o.url);
    source = s;
    for (const [type, handle] of Object.entries(o.on)) {
      s.addEventListener(type, (e) => {
        if (source !== s) return;
        try {
          handle(JSON.parse(e.data) as never);
        } catch (err) {
          console.warn("event not understood", type, err);
        }
      });
    }
    s.onopen = () => {
      fails = 0;
      o.line?.(true);
    };
    s.onerror = () => {
      if (source !== s) return;
      s.close();
      source = undefined;
      o.line?.(false);
      timer = setTimer(start, Math.min(500 * 2 ** fails, longest));
      fails += 1;
    };
  };
  start();
  return () => {
    over = true;
    clearTimer(timer);
    source?.close();
    source = undefined;
  };
}
