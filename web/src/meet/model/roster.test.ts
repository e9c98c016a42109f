import { describe, expect, it } from "vitest";
import {
  listOrder,
  merge,
  onStage,
  type Peer,
  type Person,
  pageOf,
  type RosterEntry,
  SpeakerFollower,
  tileOrder,
} from "./roster";

const entry = (participant: string, o: Partial<RosterEntry> = {}): RosterEntry => ({
  participant,
  name: `名${participant}`,
  department: "総務課",
  office: "本庁舎",
  guest: false,
  host: false,
  present: true,
  ...o,
});
const peer = (id: string, o: Partial<Peer> = {}): Peer => ({
  id,
  name: id,
  mic: "on",
  speaking: false,
  paused: false,
  ...o,
});
const track = { attach: () => {}, detach: () => {} };
const ids = (people: readonly Person[]) => people.map((p) => p.id).join("");

describe("roster", () => {
  it("joins the server's list with the media engine's and leaves out who is gone", () => {
    const people = merge(
      [entry("a", { host: true }), entry("b", { present: false }), entry("c")],
      [peer("a", { mic: "muted" }), peer("c")],
      "c",
    );
    expect(ids(people)).toBe("ac");
    expect(people[0]).toMatchObject({ name: "名a", host: true, mic: "muted", me: false });
    expect(people[1]).toMatchObject({ me: true });
  });

  it("shows somebody the list does not know yet, and oneself before either side says so", () => {
    expect(ids(merge([entry("me", { present: false })], [peer("x")], "me"))).toBe("mex");
  });

  it("lists raised hands first, longest raised on top, then the host, oneself last", () => {
    const people = merge(
      [
        entry("m"),
        entry("a"),
        entry("h", { host: true }),
        entry("x", { hand_raised_at: "2026-10-14T04:00:05Z" }),
        entry("y", { hand_raised_at: "2026-10-14T04:00:01Z" }),
      ],
      [],
      "m",
    );
    expect(ids(listOrder(people))).toBe("yxham");
  });

  it("puts the speaker's tile on top, pictures before names, oneself at the end", () => {
    const people = merge(
      [entry("m"), entry("a"), entry("b"), entry("s")],
      [peer("m"), peer("a"), peer("b", { camera: track }), peer("s")],
      "m",
    );
    expect(ids(tileOrder(people, "s"))).toBe("sbam");
    expect(ids(tileOrder(people, undefined))).toBe("basm");
  });

  it("gives the stage to the speaker, else to a picture, else to the host, and to oneself only when alone", () => {
    const people = merge([entry("m"), entry("a"), entry("h", { host: true })], [peer("m"), peer("a"), peer("h")], "m");
    expect(onStage(people, "a")?.id).toBe("a");
    expect(onStage(people, undefined)?.id).toBe("h");
    expect(onStage(people, "gone")?.id).toBe("h");
    expect(
      onStage(
        people.filter((p) => p.me),
        undefined,
      )?.id,
    ).toBe("m");
  });

  it("pages through many and keeps oneself on every page", () => {
    const people = merge(
      ["m", ..."abcdefghij"].map((x) => entry(x)),
      [],
      "m",
    );
    const tiles = tileOrder(people, undefined);
    expect(ids(pageOf(tiles, 5, 0).tiles)).toBe("abcdm");
    expect(ids(pageOf(tiles, 5, 2).tiles)).toBe("ijm");
    expect(pageOf(tiles, 5, 9)).toMatchObject({ page: 2, pages: 3 });
  });
});

describe("speaker follower", () => {
  it("does not jump at a cough and keeps its place in silence", () => {
    const f = new SpeakerFollower(800);
    expect(f.feed(["a"], 0)).toBe("a");
    expect(f.feed(["b"], 100)).toBe("a");
    expect(f.feed([], 300)).toBe("a");
    expect(f.feed(["b"], 400)).toBe("a");
    expect(f.feed(["b"], 1300)).toBe("b");
    expect(f.feed([], 9000)).toBe("b");
  });

  it("stays with the one who goes on speaking", () => {
    const f = new SpeakerFollower(800);
    f.feed(["a"], 0);
    expect(f.feed(["b", "a"], 5000)).toBe("a");
  });
});
