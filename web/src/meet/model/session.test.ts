import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cell } from "./cell";
import { noLine } from "./line";
import type { IceServer, Link, LinkEvents, LinkHealth, Ticket } from "./link";
import { RoomSession, type SessionNotice } from "./session";

const calm: LinkHealth = {
  paths: [],
  expecting: false,
  mark: "good",
  videos: 0,
  paused: 0,
  limited: false,
  cpu: false,
  line: noLine,
  decoded: 0,
  dropped: 0,
  relayed: false,
};

/** A server and its connections, both as the test wants them. */
class World {
  knocks = 0;
  left = 120_000;
  answer: () => Promise<Ticket> = async () => this.ticket();
  connect: (l: FakeLink) => Promise<void> = async () => {};
  links: FakeLink[] = [];
  stream: string[] = [];
  notices: SessionNotice[] = [];
  session = new RoomSession({
    join: (signal) => {
      this.knocks += 1;
      return Promise.race([
        this.answer(),
        new Promise<never>((_, no) => signal.addEventListener("abort", () => no(new Error("aborted")))),
      ]);
    },
    left: () => this.left,
    newLink: (events) => {
      const l = new FakeLink(this, events);
      this.links.push(l);
      return l;
    },
    newStream: () => ({
      open: () => void this.stream.push("open"),
      reopen: () => void this.stream.push("reopen"),
      close: () => void this.stream.push("close"),
    }),
    refusal: (e) => (e instanceof Refused ? e : undefined),
    notify: (n) => this.notices.push(n),
    now: () => Date.now(),
  });

  ticket(): Ticket {
    return { participant: "p1", token: `t${this.knocks}`, media_path: "/media", ice_servers: [], expires_at: "" };
  }

  get link(): FakeLink {
    const l = this.links.at(-1);
    if (l === undefined) throw new Error("no link yet");
    return l;
  }

  get view() {
    return this.session.view.get();
  }

  async join() {
    this.session.join();
    await vi.advanceTimersByTimeAsync(0);
  }
}

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail = "",
  ) {
    super(code);
  }
}

class FakeLink implements Link {
  peers = new Cell([]);
  soundBlocked = new Cell(false);
  closed = false;
  ice: readonly IceServer[] = [];
  state: LinkHealth = calm;
  token = "";
  left: boolean | undefined;
  constructor(
    readonly world: World,
    readonly events: LinkEvents,
  ) {}
  connect(t: Ticket) {
    this.token = t.token;
    return this.world.connect(this).then(() => this.events.admitted());
  }
  setIceServers(s: readonly IceServer[]) {
    this.ice = s;
  }
  setSpeaker() {}
  async startSound() {}
  async health() {
    return this.state;
  }
  async close(leaving: boolean) {
    this.closed = true;
    this.left = leaving;
  }
}

describe("room session", () => {
  let w: World;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    vi.spyOn(console, "warn").mockImplementation(() => {});
    w = new World();
  });
  afterEach(() => {
    w.session.leave();
    vi.useRealTimers();
  });

  it("joins at once and listens to the room", async () => {
    await w.join();
    expect(w.view).toMatchObject({ phase: "live", me: "p1", tries: 0 });
    expect(w.stream).toEqual(["open"]);
  });

  it("comes back by itself with a new ticket when the line goes, and never stops trying", async () => {
    await w.join();
    const first = w.link;
    w.answer = async () => {
      throw new TypeError("no network");
    };
    first.events.closed("line");
    expect(w.view.phase).toBe("recovering");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.knocks).toBeGreaterThan(25);
    expect(w.view.phase).toBe("recovering");
    w.answer = async () => w.ticket();
    await vi.advanceTimersByTimeAsync(2100);
    expect(w.view).toMatchObject({ phase: "live", tries: 0 });
    expect(w.link.token).not.toBe(first.token);
    expect(w.stream).toEqual(["open", "reopen"]);
  });

  it("tells the others that the person has gone when they leave, and not when the line goes", async () => {
    await w.join();
    const first = w.link;
    first.events.closed("line");
    await vi.advanceTimersByTimeAsync(2100);
    expect(first.left).toBe(false);
    const second = w.link;
    w.session.leave();
    expect(second.left).toBe(true);
  });

  it("gives a hanging server four seconds and then asks again", async () => {
    await w.join();
    w.answer = () => new Promise(() => {});
    w.link.events.closed("line");
    await vi.advanceTimersByTimeAsync(300);
    expect(w.knocks).toBe(2);
    w.answer = async () => w.ticket();
    await vi.advanceTimersByTimeAsync(3900);
    expect(w.view.phase).toBe("recovering");
    await vi.advanceTimersByTimeAsync(900);
    expect(w.view.phase).toBe("live");
  });

  it("tries at once when told that the network is back", async () => {
    await w.join();
    w.answer = async () => {
      throw new TypeError("no network");
    };
    w.link.events.closed("line");
    await vi.advanceTimersByTimeAsync(5000);
    w.answer = async () => w.ticket();
    w.session.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(w.view.phase).toBe("live");
  });

  it("leaves a dead path within two seconds and does not wait before the new connection", async () => {
    await w.join();
    const first = w.link;
    let received = 0;
    const path = () => [{ transport: "subscriber", pair: "a", received, responses: 0, requests: 0, asked: 0 }];
    for (let i = 0; i < 10; i++) {
      received += 50;
      first.state = { ...calm, expecting: true, paths: path() };
      await vi.advanceTimersByTimeAsync(500);
    }
    const cut = Date.now();
    while (w.link === first && Date.now() - cut < 10_000) await vi.advanceTimersByTimeAsync(50);
    expect(Date.now() - cut).toBeLessThanOrEqual(2100);
    expect(first.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(w.view.phase).toBe("live");
  });

  it("gives up on a resume that does not finish", async () => {
    await w.join();
    const first = w.link;
    first.events.resuming();
    expect(w.view.resuming).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(w.link).not.toBe(first);
    expect(w.view).toMatchObject({ phase: "live", resuming: false });
  });

  it("reopens the stream after a resume, because the same cut may have killed it unnoticed", async () => {
    await w.join();
    w.link.events.resuming();
    w.link.events.resumed();
    expect(w.stream).toEqual(["open", "reopen"]);
  });

  it("hands fresh relay credentials to the connection, and to the next one", async () => {
    await w.join();
    const fresh = [{ urls: ["turns:x"], username: "u", credential: "c" }];
    w.session.onIce(fresh);
    expect(w.link.ice).toBe(fresh);
    w.link.events.closed("line");
    await vi.advanceTimersByTimeAsync(500);
    expect(w.links).toHaveLength(2);
    expect(w.link.ice).toBe(fresh);
  });

  for (const [code, status, kind] of [
    ["removed", 403, "removed"],
    ["meeting_ended", 410, "ended"],
    ["signed_out", 401, "signed_out"],
  ] as const) {
    it(`stops calmly when the server answers ${code}`, async () => {
      await w.join();
      w.answer = async () => {
        throw new Refused(status, code);
      };
      w.link.events.closed("line");
      await vi.advanceTimersByTimeAsync(60_000);
      expect(w.view).toMatchObject({ phase: "ended", ending: { kind } });
      expect(w.knocks).toBe(2);
      expect(w.stream.at(-1)).toBe("close");
    });
  }

  it("ends without a loop when the person joined elsewhere", async () => {
    await w.join();
    w.link.events.closed("elsewhere");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.view).toMatchObject({ phase: "ended", ending: { kind: "elsewhere" } });
    expect(w.knocks).toBe(1);
    await w.join();
    expect(w.view.phase).toBe("live");
  });

  it("ends when the stream says that the host removed somebody, and passes other notices on", async () => {
    await w.join();
    w.session.onNotice({ kind: "muted", by: "高橋" });
    expect(w.notices).toEqual([{ kind: "muted", by: "高橋" }]);
    w.session.onNotice({ kind: "removed", by: "高橋" });
    expect(w.view.ending).toEqual({ kind: "removed", by: "高橋" });
    expect(w.link.closed).toBe(true);
  });

  it("tells the one at the door why not, and keeps trying when the server is not there", async () => {
    w.answer = async () => {
      throw new Refused(403, "meeting_locked", "鍵");
    };
    await w.join();
    expect(w.view.ending).toEqual({ kind: "refused", code: "meeting_locked", detail: "鍵" });
    w.answer = async () => {
      throw new TypeError("no network");
    };
    await w.join();
    await vi.advanceTimersByTimeAsync(3000);
    expect(w.view).toMatchObject({ phase: "joining" });
    expect(w.view.tries).toBeGreaterThan(1);
  });

  it("only connects when pressed, with the ticket asked for at the door", async () => {
    w.session.prepare();
    await vi.advanceTimersByTimeAsync(50);
    expect(w.knocks).toBe(1);
    expect(w.stream).toEqual([]);
    expect(w.view.phase).toBe("idle");
    w.answer = () => new Promise(() => {});
    await w.join();
    expect(w.view.phase).toBe("live");
    expect(w.link.token).toBe("t1");
    w.session.prepare();
    expect(w.knocks).toBe(1);
  });

  it("asks at once for another ticket when the one at hand does not open the door, and says what it hears", async () => {
    w.session.prepare();
    w.connect = async (l) => {
      if (l.token === "t1") throw new Error("403");
    };
    await w.join();
    expect(w.view.phase).toBe("live");
    expect(w.link.token).toBe("t2");
    expect(w.stream).toEqual(["open"]);
    w.session.leave();

    w = new World();
    w.session.prepare();
    await vi.advanceTimersByTimeAsync(50);
    w.connect = async () => {
      throw new Error("403");
    };
    w.answer = async () => {
      throw new Refused(403, "meeting_locked", "鍵");
    };
    await w.join();
    expect(w.view.ending).toEqual({ kind: "refused", code: "meeting_locked", detail: "鍵" });
    expect(w.stream).toEqual([]);
  });

  it("does not use a ticket that has lain about for too long", async () => {
    w.session.prepare();
    await vi.advanceTimersByTimeAsync(50);
    w.left = 1000;
    await w.join();
    expect(w.view.phase).toBe("live");
    expect(w.link.token).toBe("t2");
  });

  it("does not connect any more after leaving in the middle of joining", async () => {
    let let_in: (t: Ticket) => void = () => {};
    w.answer = () => new Promise((r) => (let_in = r));
    await w.join();
    w.session.leave();
    let_in(w.ticket());
    await vi.advanceTimersByTimeAsync(1000);
    expect(w.links).toHaveLength(0);
    expect(w.view).toMatchObject({ phase: "ended", ending: { kind: "left" } });
  });

  it("ignores what an old connection says after it was replaced", async () => {
    await w.join();
    const first = w.link;
    first.events.closed("line");
    await vi.advanceTimersByTimeAsync(500);
    first.events.closed("elsewhere");
    expect(w.view.phase).toBe("live");
  });
});
