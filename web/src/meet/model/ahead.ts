import type { Ticket } from "./link";

/** Left in ms below which a ticket is asked for anew while somebody is looking, and above which it is used. */
const renewBelow = 60_000;
const goodAbove = 5000;

export interface AheadDeps {
  ask(): Promise<Ticket>;
  /** ms until the ticket is worthless */
  left(t: Ticket): number;
}

/**
 * A ticket at hand before the press, so that the press only has to connect. It never asks by itself: want() is called on
 * signs of life, so that a page left open asks for nothing. Nothing here is said to anybody: when the server does not
 * give a ticket, the press asks again and gets the answer.
 */
export class TicketAhead {
  readonly #d: AheadDeps;
  #asked: Promise<Ticket | undefined> | undefined;
  #got: Ticket | undefined;
  #failed = false;

  constructor(deps: AheadDeps) {
    this.#d = deps;
  }

  /** Somebody is there: a ticket should be at hand, or on its way. */
  want(): void {
    if (this.#failed) return;
    if (this.#asked !== undefined && (this.#got === undefined || this.#d.left(this.#got) > renewBelow)) return;
    this.#got = undefined;
    const asked = this.#d.ask().then(
      (t) => {
        if (this.#asked === asked) this.#got = t;
        return t;
      },
      () => {
        if (this.#asked === asked) this.#failed = true;
        return undefined;
      },
    );
    this.#asked = asked;
  }

  /** The ticket, once; undefined when there is none that will do. */
  async take(): Promise<Ticket | undefined> {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#got = undefined;
    this.#failed = false;
    const t = await asked;
    return t !== undefined && this.#d.left(t) > goodAbove ? t : undefined;
  }
}
