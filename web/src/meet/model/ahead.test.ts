import { beforeEach, describe, expect, it } from "vitest";
import { TicketAhead } from "./ahead";
import type { Ticket } from "./link";

describe("ticket ahead", () => {
  let now = 0;
  let asked = 0;
  let answer: () => Promise<Ticket>;
  let ahead: TicketAhead;
  const ticket = (life = 120_000): Ticket => ({
    participant: "p",
    token: `t${asked}`,
    media_path: "/media",
    ice_servers: [],
    expires_at: new Date(now + life).toISOString(),
  });
  const settle = () => new Promise((r) => setTimeout(r, 0));

  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    answer = async () => ticket();
    ahead = new TicketAhead({
      ask: () => {
        asked += 1;
        return answer();
      },
      left: (t) => Date.parse(t.expires_at) - now,
    });
  });

  it("has nothing while nobody has been there", async () => {
    expect(await ahead.take()).toBeUndefined();
    expect(asked).toBe(0);
  });

  it("asks once however often the mouse moves, and gives the ticket once", async () => {
    for (let i = 0; i < 100; i++) ahead.want();
    await settle();
    for (let i = 0; i < 100; i++) ahead.want();
    expect(asked).toBe(1);
    expect((await ahead.take())?.token).toBe("t1");
    expect(await ahead.take()).toBeUndefined();
  });

  it("waits for the answer when the press is faster", async () => {
    let give: (t: Ticket) => void = () => {};
    answer = () => new Promise((r) => (give = r));
    ahead.want();
    const taken = ahead.take();
    give(ticket());
    expect((await taken)?.token).toBe("t1");
  });

  it("renews an old ticket only when somebody is there, and never uses one that has run out", async () => {
    ahead.want();
    await settle();
    now += 61_000;
    expect(asked).toBe(1);
    ahead.want();
    await settle();
    expect(asked).toBe(2);
    now += 116_000;
    expect(await ahead.take()).toBeUndefined();
  });

  it("does not ask again after a refusal, until the press", async () => {
    answer = () => Promise.reject(new Error("locked"));
    ahead.want();
    await settle();
    for (let i = 0; i < 100; i++) ahead.want();
    expect(asked).toBe(1);
    expect(await ahead.take()).toBeUndefined();
    answer = async () => ticket();
    ahead.want();
    expect((await ahead.take())?.token).toBe("t2");
  });
});
