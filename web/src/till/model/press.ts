// One key per intent to press, made and kept before the first try. As long as nobody knows whether a press arrived, the
// same press has the same key, also after a reload, and the server does it once. With other content it is another press.

/** The part of Storage that is used. */
export interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const prefix = "yakusho.till.press.";

export function newKey(): string {
  return crypto.randomUUID();
}

export class Presses {
  readonly #kept: Kept | undefined;
  readonly #here = new Map<string, string>();
  readonly #make: () => string;

  constructor(kept: Kept | undefined, make: () => string = newKey) {
    this.#kept = kept;
    this.#make = make;
  }

  /** The key of this intent with this content. */
  key(intent: string, content: unknown = null): string {
    const said = JSON.stringify(content);
    const old = this.#read(intent);
    if (old !== undefined && old.said === said) return old.key;
    const key = this.#make();
    this.#write(intent, JSON.stringify({ key, said }));
    return key;
  }

  /** The answer is known, whatever it is: the next press is another one. */
  settled(intent: string): void {
    this.#here.delete(intent);
    try {
      this.#kept?.removeItem(prefix + intent);
    } catch {
      // storage forbidden: nothing was kept
    }
  }

  #read(intent: string): { key: string; said: string } | undefined {
    let raw: string | null = this.#here.get(intent) ?? null;
    try {
      raw ??= this.#kept?.getItem(prefix + intent) ?? null;
    } catch {
      // storage forbidden: it is then only as lasting as the page
    }
    return raw === null ? undefined : (JSON.parse(raw) as { key: string; said: string });
  }

  #write(intent: string, value: string): void {
    this.#here.set(intent, value);
    try {
      this.#kept?.setItem(prefix + intent, value);
    } catch {
      // see above
    }
  }
}
