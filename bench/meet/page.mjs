// What a browser loads until a page is drawn, and how long after the press the first picture of somebody else is on the
// screen. Started by the Go program of this folder with one JSON argument; answers with JSON on stdout.
import { openBrowser } from "../../e2e/lib/browser.mjs";

const ask = JSON.parse(process.argv[2]);
const { browser, close } = await openBrowser(ask.ca);

/** In the page: notes when the join button is pressed and when a remote picture is first shown. */
function watch() {
  const remote = new Set();
  const times = { shown: new Promise((done) => (window.__shown = done)) };
  window.__bench = times;
  const note = (k) => (times[k] ??= performance.now());
  addEventListener("pointerdown", (e) => (times.pressed = e.timeStamp), true);

  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...a) {
      super(...a);
      this.addEventListener("track", (e) => {
        if (e.track.kind !== "video") return;
        remote.add(e.track.id);
        note("track");
      });
      this.addEventListener("connectionstatechange", () => this.connectionState === "connected" && note("connected"));
    }
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...a) {
      super(...a);
      this.addEventListener("message", () => note("signalling"), { once: true });
    }
  };
  const ask = window.fetch;
  window.fetch = async (...a) => {
    const res = await ask(...a);
    if (times.pressed !== undefined && new URL(res.url).pathname.endsWith("/join")) note("ticket");
    return res;
  };

  const seen = new WeakSet();
  const look = () => {
    for (const v of document.querySelectorAll("video")) {
      if (seen.has(v) || !(v.srcObject instanceof MediaStream)) continue;
      if (!v.srcObject.getVideoTracks().some((t) => remote.has(t.id))) continue;
      seen.add(v);
      v.requestVideoFrameCallback((now) => {
        note("picture");
        window.__shown(now);
      });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** A browser profile that has never been here; with a session if one is given. */
async function visitor(storageState) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "ja-JP", storageState });
  context.setDefaultTimeout(30_000);
  await context.addInitScript(watch);
  const page = await context.newPage();
  const load = await meter(page);
  return { context, page, load };
}

/** Counts what the page transfers, by the browser's own network log. */
async function meter(page) {
  const cdp = await page.context().newCDPSession(page);
  const bytes = new Map();
  let requests = 0;
  const add = (id, n) => bytes.set(id, (bytes.get(id) ?? 0) + n);
  cdp.on("Network.requestWillBeSent", (e) => {
    if (/^https?:/.test(e.request.url)) requests += 1;
  });
  // A response that is still open (the event stream) counts with what has come of it.
  cdp.on("Network.responseReceived", (e) => bytes.set(e.requestId, e.response.encodedDataLength));
  cdp.on("Network.dataReceived", (e) => add(e.requestId, e.encodedDataLength));
  cdp.on("Network.loadingFinished", (e) => bytes.set(e.requestId, e.encodedDataLength));
  await cdp.send("Network.enable");
  return () => ({ requests, bytes: [...bytes.values()].reduce((a, b) => a + b, 0) });
}

/** Until nothing more is asked for. */
const quiet = (page) => page.waitForLoadState("networkidle");

async function go(page, path) {
  const res = await page.goto(ask.origin + path);
  if (!res.ok()) throw new Error(`${path} answers ${res.status()}; a binary without the front end cannot be measured (make build)`);
}

async function measure(name, path, state, drawn) {
  const { context, page, load } = await visitor(state);
  await go(page, path);
  await drawn(page);
  const ms = await page.evaluate(() => performance.now());
  // What the page draws on its own after that belongs to it, though nobody waits for it.
  if (!page.url().includes("/m/")) await quiet(page);
  const got = { name, drawn: ms, ...load() };
  await context.close();
  return got;
}

const join = (page) => page.getByRole("button", { name: "参加する", exact: true });

async function enter(page) {
  await join(page).waitFor();
  await page.evaluate(() => document.fonts.ready);
  await join(page).click();
  await page.evaluate(() => window.__bench.shown);
}

try {
  const pages = [];
  pages.push(await measure("sign-in page", "/signin", undefined, (p) => p.getByRole("button", { name: "ログインする" }).waitFor()));

  const first = await visitor();
  await go(first.page, "/signin");
  await first.page.getByLabel("ログイン名", { exact: true }).fill(ask.login);
  await first.page.getByLabel("パスワード", { exact: true }).fill(ask.password);
  await first.page.getByRole("button", { name: "ログインする" }).click();
  const today = (p) => p.locator(`a[href*="/m/${ask.meeting}"], a[href*="/m/"]`).first().waitFor();
  await today(first.page);
  const state = await first.context.storageState();
  await first.context.close();

  pages.push(await measure("today", "/", state, today));
  pages.push(await measure("room, until the mirror", `/m/${ask.meeting}`, state, (p) => join(p).waitFor()));
  pages.push(await measure("room, until the first remote picture", `/m/${ask.meeting}`, state, enter));

  const clicks = [];
  const phases = { ticket: [], signalling: [], track: [], connected: [] };
  for (let n = 0; n < ask.runs; n++) {
    const { context, page } = await visitor(state);
    await go(page, `/m/${ask.meeting}`);
    await quiet(page);
    await enter(page);
    const t = await page.evaluate(() => ({ ...window.__bench, shown: undefined }));
    clicks.push(t.picture - t.pressed);
    for (const k of Object.keys(phases)) if (t[k] !== undefined) phases[k].push(t[k] - t.pressed);
    await context.close();
  }
  process.stdout.write(JSON.stringify({ browser: `Chromium ${browser.version()}`, pages, clicks, phases }));
} finally {
  await close();
}
