/** A value that can be watched. The bridge between the model, which knows no framework, and whatever draws it. */
export interface Watchable<T> {
  get(): T;
  /** Calls back after each change. Returns the way to stop. */
  watch(listener: () => void): () => void;
}

export class Cell<T> implements Watchable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  /** Tells the watchers only when the value is another one, so that setting the same again costs nothing. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const l of [...this.#listeners]) l();
  }

  /** Changes some fields of an object value. */
  patch(part: Partial<T>): void {
    const now = this.#value;
    for (const k of Object.keys(part) as (keyof T)[]) {
      if (!Object.is(now[k], part[k])) {
        this.set({ ...now, ...part });
        return;
      }
    }
  }

  watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };
}
