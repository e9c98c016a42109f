// One server and the browsers before it, for one test file. It watches everything that a page does and fails the test in
// which something happened that must never happen: a request to another origin, a CSP violation, an error nobody caught.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./browser.mjs";
import { Person } from "./person.mjs";
import { Server } from "./server.mjs";

// Asked to stop, the file ends by itself, so that nothing it started is left behind.
process.once("SIGTERM", () => process.exit(143));

const out = fileURLToPath(new URL("../out/", import.meta.url));

/** Console errors that are not faults, each with its reason. */
const allowed = [
  // Chromium itself writes this for every refusal; the refusal is what many tests are about.
  /^Failed to load resource: the server responded with a status of 4\d\d/,
  // The same for a ticket that does not open the door any more; the page asks again and shows the reason.
  /^WebSocket connection to 'wss:\/\/localhost:\d+\/media\/[^']*' failed: Error during WebSocket handshake: Unexpected response code: 4\d\d/,
  // The media client, when the server ends the media of a meeting a moment before the page is told why.
  /^(DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly)/,
];
/** And these while the server is away because a test stopped it. */
const allowedInOutage = [
  // The media client says that its WebSocket broke and that it does not get through.
  /^(error reading from signal stream|Failed to fetch) \{room: /,
  // It asks with the ticket of before, which is used up; then the page fetches a new one.
  /^\{[^\n]*"status":401,"code":"ticket_invalid"/,
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|HTTP2_PING_FAILED|HTTP2_PROTOCOL_ERROR|ABORTED)/,
  /^WebSocket connection to 'wss:\/\/localhost:\d+\/media\/[^']*' failed/,
];

export class House {
  /** @type {Server} */ server;
  /** @type {string[]} what must not happen and did */
  faults = [];
  /** how many requests and ICE addresses were looked at, so that a watch that sees nothing is noticed */
  seen = { requests: 0, sockets: 0, ice: 0 };
  outage = false;
  /** @type {Set<Person>} */ people = new Set();
  #browsers = new Map();

  /** @param {ConstructorParameters<typeof Server>[0]} [o] */
  constructor(o) {
    this.server = new Server(o);
  }

  /** Declares the house of a test file: it stands before the first test and is gone after the last. @param {ConstructorParameters<typeof Server>[0]} [o] */
  static forFile(o) {
    const house = new House(o);
    before(() => house.server.start());
    after(() => house.close());
    return house;
  }

  get origin() {
    return this.server.origin;
  }

  /**
   * A browser by what it is started with; the same switches give the same process.
   * @param {{refuses?: boolean, look?: object, args?: string[], trusts?: boolean}} [o] trusts false: the office's CA is not installed
   */
  async browser(o = {}) {
    const key = JSON.stringify(o);
    if (!this.#browsers.has(key)) this.#browsers.set(key, openBrowser(o.trusts === false ? "" : this.server.ca, o));
    return (await this.#browsers.get(key)).browser;
  }

  /**
   * Somebody at a PC of their own: a fresh context, watched.
   * @param {string} name only for the reports of this suite
   * @param {{browser?: Parameters<House["browser"]>[0], context?: object, init?: () => void}} [o]
   */
  async person(name, o = {}) {
    const browser = await this.browser(o.browser);
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "ja-JP", ...o.context });
    const person = new Person(this, name, context);
    await person.arrive(o.init);
    this.people.add(person);
    return person;
  }

  /**
   * A test of this file. Whoever came is sent home at its end, and what was seen is judged.
   * @param {string} sentence
   * @param {(t: import("node:test").TestContext) => Promise<void>} body
   * @param {number} [ms] a limit that is only reached when something hangs
   */
  test(sentence, body, ms = 120_000) {
    test(sentence, { timeout: ms }, async (t) => {
      this.faults = [];
      this.outage = false;
      let failed = true;
      try {
        await body(t);
        failed = false;
      } finally {
        if (failed) await this.#keep(sentence);
        for (const p of this.people) await p.goHome();
        this.people.clear();
      }
      assert.deepEqual(this.faults, [], "what must never happen");
    });
  }

  /** The last test of each file: the watch was awake, and the server heard of no refused content either. */
  lastTest() {
    test("nothing was fetched from another origin and no content was refused", async () => {
      assert.ok(this.seen.requests > 0, "requests were watched");
      assert.equal(await this.server.reports(), 0, "CSP reports at the server");
    });
  }

  /** @param {Person} who @param {string} what */
  fault(who, what) {
    this.faults.push(`${who.name}: ${what}`);
  }

  /** Every address a page turns to comes by here. @param {Person} who @param {string} url @param {string} how */
  watch(who, url, how) {
    this.seen.requests += 1;
    if (/^(data|blob):/.test(url)) return;
    const u = new URL(url);
    if (u.protocol === "wss:") this.seen.sockets += 1;
    const ours = u.origin === this.origin || (u.protocol === "wss:" && u.host === new URL(this.origin).host);
    const guide = who.mayUseGuide && u.origin === this.server.guide;
    if (!ours && !guide) this.fault(who, `${how} to another origin: ${url}`);
  }

  /** @param {Person} who @param {string} url of an ICE server */
  watchIce(who, url) {
    this.seen.ice += 1;
    const host = /^turns?:\[?([^\]?]+?)\]?:\d+(\?|$)/.exec(url)?.[1];
    const port = /:(\d+)(\?|$)/.exec(url)?.[1];
    // The relay may be named by the page's host or by an address of this machine, never by anything else.
    const here = host === "localhost" || host === "127.0.0.1" || host === "::1";
    if (!here || Number(port) !== this.server.port) this.fault(who, `ICE server that is not ours: ${url}`);
  }

  /** @param {Person} who @param {string} text */
  console(who, text) {
    if (allowed.some((x) => x.test(text))) return;
    if (this.outage && allowedInOutage.some((x) => x.test(text))) return;
    this.fault(who, `console.error: ${text}`);
  }

  async #keep(sentence) {
    await mkdir(out, { recursive: true });
    const stem = sentence.replace(/[^\w]+/g, "-").slice(0, 60);
    for (const p of this.people) {
      for (const [i, page] of p.context.pages().entries()) {
        await page.screenshot({ path: `${out}${stem}.${p.name}.${i}.png`, timeout: 5000 }).catch(() => {});
      }
    }
    await writeFile(
      `${out}${stem}.log`,
      `${this.faults.join("\n")}\n\n${[...this.people].map((p) => `${p.name}\n${p.said.join("\n")}`).join("\n\n")}\n\n${this.server.log}`,
    );
  }

  async close() {
    for (const p of this.people) await p.goHome();
    for (const b of this.#browsers.values()) await (await b).close();
    await this.server.stop();
  }
}
