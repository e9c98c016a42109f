/** Who is in the room: the server's list (names, roles, hands) joined with what the media engine sees (sound, picture). */

export interface RosterEntry {
  participant: string;
  name: string;
  department: string;
  office: string;
  guest: boolean;
  host: boolean;
  present: boolean;
  hand_raised_at?: string;
  path?: "udp" | "relay";
}

/** A picture or sound that an element can be given. A LiveKit track is one. */
export interface TrackRef {
  attach(el: HTMLMediaElement): unknown;
  detach(el: HTMLMediaElement): unknown;
}

/** One participant as the media engine sees them. */
export interface Peer {
  id: string;
  /** the name in the ticket; the server's list knows better */
  name: string;
  mic: "on" | "muted" | "none";
  speaking: boolean;
  camera?: TrackRef;
  screen?: TrackRef;
  /** the server holds this picture back because the line is full */
  paused: boolean;
}

export interface Person {
  id: string;
  name: string;
  department: string;
  office: string;
  guest: boolean;
  host: boolean;
  me: boolean;
  /** ms since 1970; undefined: down */
  handAt?: number;
  mic: "on" | "muted" | "none";
  speaking: boolean;
  camera?: TrackRef;
  screen?: TrackRef;
  paused: boolean;
}

/** Joins the two. Somebody the server's list does not hold yet is shown by the name in the ticket. */
export function merge(roster: readonly RosterEntry[], peers: readonly Peer[], me: string): Person[] {
  const byId = new Map(peers.map((p) => [p.id, p]));
  const people: Person[] = [];
  const seen = new Set<string>();
  for (const r of roster) {
    const peer = byId.get(r.participant);
    if (!r.present && peer === undefined && r.participant !== me) continue;
    seen.add(r.participant);
    people.push(person(r, peer, me));
  }
  for (const p of peers) {
    if (seen.has(p.id)) continue;
    const r = { participant: p.id, name: p.name, department: "", office: "", guest: false, host: false, present: true };
    people.push(person(r, p, me));
  }
  return people;
}

function person(r: RosterEntry, peer: Peer | undefined, me: string): Person {
  const hand = r.hand_raised_at === undefined ? Number.NaN : Date.parse(r.hand_raised_at);
  return {
    id: r.participant,
    name: r.name,
    department: r.department,
    office: r.office,
    guest: r.guest,
    host: r.host,
    me: r.participant === me,
    handAt: Number.isNaN(hand) ? undefined : hand,
    mic: peer?.mic ?? "none",
    speaking: peer?.speaking ?? false,
    camera: peer?.camera,
    screen: peer?.screen,
    paused: peer?.paused ?? false,
  };
}

/** The list of participants: raised hands first and the longest raised on top, then the host, then the rest, oneself last. */
export function listOrder(people: readonly Person[]): Person[] {
  const rank = (p: Person) => (p.handAt !== undefined ? 0 : p.me ? 3 : p.host ? 1 : 2);
  return people
    .map((p, i) => ({ p, i }))
    .sort((a, b) => rank(a.p) - rank(b.p) || (a.p.handAt ?? 0) - (b.p.handAt ?? 0) || a.i - b.i)
    .map((x) => x.p);
}

/**
 * The tiles: the speaker on top, then raised hands, then pictures, then the rest, oneself last. The speaker is whoever
 * spoke last; the place is kept in silence so that tiles do not jump.
 */
export function tileOrder(people: readonly Person[], speaker: string | undefined): Person[] {
  const rank = (p: Person) =>
    p.me ? 9 : p.id === speaker ? 0 : p.handAt !== undefined ? 1 : p.camera !== undefined ? 2 : 3;
  return people
    .map((p, i) => ({ p, i }))
    .sort((a, b) => rank(a.p) - rank(b.p) || (a.p.handAt ?? 0) - (b.p.handAt ?? 0) || a.i - b.i)
    .map((x) => x.p);
}

/** Who fills the stage when no screen is shown: the speaker, else somebody with a picture, else the host, else anyone. */
export function onStage(people: readonly Person[], speaker: string | undefined): Person | undefined {
  const others = people.filter((p) => !p.me);
  return (
    others.find((p) => p.id === speaker) ??
    others.find((p) => p.camera !== undefined) ??
    others.find((p) => p.host) ??
    others[0] ??
    people[0]
  );
}

/** One page of tiles. Oneself is on every page, so that the red bar is never out of sight. */
export function pageOf(
  tiles: readonly Person[],
  size: number,
  page: number,
): { tiles: Person[]; page: number; pages: number } {
  const me = tiles.filter((p) => p.me);
  const others = tiles.filter((p) => !p.me);
  const room = Math.max(1, size - me.length);
  const pages = Math.max(1, Math.ceil(others.length / room));
  const at = Math.min(Math.max(0, page), pages - 1);
  return { tiles: [...others.slice(at * room, (at + 1) * room), ...me], page: at, pages };
}

/**
 * Follows who is speaking. A change is taken only after the new voice has held for `hold` ms or the old one has been
 * silent as long, so that a cough does not move the tiles.
 */
export class SpeakerFollower {
  #current: string | undefined;
  #candidate: string | undefined;
  #since = 0;

  constructor(private readonly hold = 800) {}

  feed(speaking: readonly string[], now: number): string | undefined {
    if (this.#current !== undefined && speaking.includes(this.#current)) {
      this.#candidate = undefined;
      return this.#current;
    }
    const candidate = speaking[0];
    if (candidate !== this.#candidate) {
      this.#candidate = candidate;
      this.#since = now;
    }
    if (candidate !== undefined && (this.#current === undefined || now - this.#since >= this.hold)) {
      this.#current = candidate;
      this.#candidate = undefined;
    }
    return this.#current;
  }
}
