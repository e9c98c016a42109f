// What happens at a counter, in one place: a clerk opens it, sells, reads codes; a reader types them with the Japanese IME
// on; a pretend customer pays.
import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** The code on the sticker of counter 1 of the sample town. */
export const sticker =
  "00020101021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204939953033925802JP5903xxx6003xxx6107100000164190002JA0109みほん市役所市民課6304CE8E";

/** The counters as this person sees them. @param {import("./person.mjs").Person} p */
export async function counters(p) {
  const got = await p.api("GET", "/api/till/me");
  assert.equal(got.status, 200, JSON.stringify(got.body));
  return got.body.counters;
}

/**
 * At the desk of a counter that is open; opens it by the API where it is not.
 * @param {import("./house.mjs").House} house
 * @param {{login?: string, number?: number, training?: boolean, float?: number, name?: string, person?: object}} [o]
 */
export async function atDesk(
  house,
  { login = "yoshida", number = 1, training = true, float = 0, name = login, person } = {},
) {
  const p = await house.person(name, person);
  await p.signIn(login);
  const c = (await counters(p)).find((x) => x.number === number);
  let session = c.session;
  if (!session) {
    const scans = training ? [] : c.stickers.map((s) => ({ sticker: s.id, payload: sticker }));
    const got = await p.api("POST", `/api/till/counters/${c.id}/sessions`, {
      key: crypto.randomUUID(),
      float,
      scans,
      training,
    });
    assert.equal(got.status, 201, JSON.stringify(got.body));
    session = got.body;
  }
  assert.equal(session.training, training, "the counter is open the other way");
  p.counter = c;
  p.session = session;
  await p.open(`/till/s/${session.id}`);
  await p.page.getByRole("heading", { name: "お支払い方法", exact: true }).waitFor();
  return p;
}

/** A key of the price list. */
export const key = (p, name) =>
  p.page.getByRole("region", { name: "料金表" }).getByRole("button", { name, exact: false });

/** Presses keys of the price list, one after the other. */
export async function sells(p, ...names) {
  for (const n of names) await key(p, new RegExp(`^${n}`)).click();
}

/** Every sale of the session as the server has it, newest first. */
export async function sales(p) {
  return (await p.api("GET", `/api/till/sessions/${p.session.id}/sales`)).body;
}

/** What the state of the session is, as the server has it. */
export async function session(p) {
  return (await p.api("GET", `/api/till/sessions/${p.session.id}`)).body;
}

/** The result filling the screen. */
export const result = (p, name) => p.page.getByRole("heading", { name, exact: true, level: 1 });

/** A second telephone or tab that plays the customer of the newest pretend payment. */
export async function customerOf(house, p, name = "customer") {
  const attempt = await until(
    "a pretend payment waits",
    async () => (await session(p)).open.find((v) => v.attempt?.phase === "waiting")?.attempt,
  );
  const c = await house.person(name, { context: { viewport: { width: 390, height: 844 } } });
  await c.open(new URL(attempt.qr, house.origin).pathname);
  await c.button("支払う", { exact: true }).waitFor();
  return c;
}

/** A fresh code that does what its label says when it is read. */
export async function practiceCode(p, outcome) {
  const got = await p.api("GET", "/api/till/practice/codes");
  return got.body.find((c) => c.outcome === outcome).code;
}

const codes = { "-": "Minus", ":": "Semicolon", "=": "Equal", "/": "Slash", ".": "Period" };

/**
 * A barcode reader: real key events at its pace, each as the browser gives it while a Japanese IME is on (key "Process"),
 * and Enter at the end. What the sticker says in Japanese comes as the reader sends it: those characters are left out.
 */
export async function reads(p, text, { ime = true, times = 1 } = {}) {
  const cdp = await p.context.newCDPSession(p.page);
  for (let n = 0; n < times; n++) {
    let at = Date.now() / 1000;
    const sent = [];
    const press = (/** @type {object} */ k) => {
      at += 0.004;
      sent.push(cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", timestamp: at, ...k }));
      sent.push(cdp.send("Input.dispatchKeyEvent", { type: "keyUp", timestamp: at + 0.001, ...k }));
    };
    for (const c of text) {
      const code = /[0-9]/.test(c) ? `Digit${c}` : /[a-z]/i.test(c) ? `Key${c.toUpperCase()}` : codes[c];
      if (code === undefined) throw new Error(`no key for ${c}`);
      const shift = /[A-Z:]/.test(c);
      press({
        key: ime ? "Process" : c,
        code,
        modifiers: shift ? 8 : 0,
        windowsVirtualKeyCode: ime ? 229 : c.charCodeAt(0),
      });
    }
    press({ key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
    await Promise.all(sent);
  }
  await cdp.detach();
}
