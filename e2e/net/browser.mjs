// One person at a real Chromium, led by lines of JSON on stdin ({"id":1,"op":"join",…}) and answering in lines of JSON on
// stdout ({"id":1,"value":…} or {"id":1,"error":"…"}). It ends when stdin ends.
//
//   node browser.mjs     with HOME set to a directory whose .pki/nssdb trusts the server's CA
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

/**
 * Runs in the page before its own scripts. It keeps every peer connection and, ten times a second, adds up what was newly
 * decoded on any of them, so that a rejoin (new connections, counters from zero) goes on counting.
 */
function probe() {
  if (window.top !== window) return;
  const lab = { id: crypto.randomUUID(), pcs: [], seen: new Map(), timeline: [], busy: false };
  lab.total = { frames: 0, energy: 0, samples: 0, concealed: 0, silent: 0, audioPackets: 0, audioLost: 0, videoPackets: 0, videoLost: 0 };
  Object.defineProperty(window, "__lab", { value: lab });
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      lab.pcs.push(this);
    }
  };
  const add = (key, field, value) => {
    if (typeof value !== "number") return;
    lab.total[field] += value - (lab.seen.get(key) ?? 0);
    lab.seen.set(key, value);
  };
  setInterval(async () => {
    if (lab.busy) return;
    lab.busy = true;
    try {
      for (const [n, pc] of lab.pcs.entries()) {
        if (pc.connectionState === "closed") continue;
        for (const s of (await pc.getStats()).values()) {
          if (s.type !== "inbound-rtp") continue;
          const k = `${n} ${s.id} `;
          if (s.kind === "video") {
            add(`${k}f`, "frames", s.framesDecoded);
            add(`${k}p`, "videoPackets", s.packetsReceived);
            add(`${k}l`, "videoLost", s.packetsLost);
          } else {
            add(`${k}e`, "energy", s.totalAudioEnergy);
            add(`${k}s`, "samples", s.totalSamplesReceived);
            add(`${k}c`, "concealed", s.concealedSamples);
            add(`${k}q`, "silent", s.silentConcealedSamples);
            add(`${k}p`, "audioPackets", s.packetsReceived);
            add(`${k}l`, "audioLost", s.packetsLost);
          }
        }
      }
    } finally {
      lab.busy = false;
    }
    lab.timeline.push([Date.now(), lab.total.frames, lab.total.audioPackets]);
    if (lab.timeline.length > 3000) lab.timeline.splice(0, 1000);
  }, 100);
}

/** Runs in the page: what was decoded so far and by which pairs of addresses it comes and goes. */
async function look() {
  const lab = window.__lab;
  const pairs = [];
  for (const pc of lab.pcs) {
    if (pc.connectionState === "closed") continue;
    const stats = await pc.getStats();
    for (const s of stats.values()) {
      if (s.type !== "transport" || s.selectedCandidatePairId === undefined) continue;
      const pair = stats.get(s.selectedCandidatePairId);
      const local = stats.get(pair?.localCandidateId);
      const remote = stats.get(pair?.remoteCandidateId);
      if (local === undefined || remote === undefined) continue;
      pairs.push({
        local: local.candidateType,
        relay: local.relayProtocol ?? "",
        remote: `${remote.address}:${remote.port}/${remote.protocol}`,
        rtt_ms: Math.round((pair.currentRoundTripTime ?? 0) * 1000),
      });
    }
  }
  return { document: lab.id, ...lab.total, pairs };
}

let context;
let page;
let origin = "";
const faults = [];
const words = [];

const ops = {
  /** Starts Chromium and signs in as a person does. */
  async open({ url, login, password }) {
    origin = new URL(url).origin;
    context = await chromium.launchPersistentContext(join(process.env.HOME, "profile"), {
      executablePath: "/usr/bin/chromium",
      headless: true,
      locale: "ja-JP",
      viewport: { width: 1366, height: 768 },
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        // Chromium's own errands; an office switches them off by policy.
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    await context.addInitScript(probe);
    page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    page.on("request", (r) => {
      const u = new URL(r.url());
      if (u.protocol !== "data:" && u.protocol !== "blob:" && u.origin !== origin) faults.push(`request to ${r.url()}`);
      if (u.pathname.includes("csp")) faults.push(`CSP report: ${r.postData()}`);
    });
    page.on("websocket", (w) => {
      if (new URL(w.url()).host !== new URL(origin).host) faults.push(`WebSocket to ${w.url()}`);
    });
    page.on("pageerror", (e) => faults.push(`page error: ${e.message}`));
    page.on("console", (m) => {
      if (words.push(`${new Date().toISOString()} ${m.type()}: ${m.text()}`) > 200) words.shift();
    });
    const began = Date.now();
    await page.goto(`${origin}/signin`);
    await page.getByLabel("ログイン名", { exact: true }).fill(login);
    await page.getByLabel("パスワード", { exact: true }).fill(password);
    await page.getByRole("button", { name: "ログインする" }).click();
    await page.waitForURL((u) => u.pathname === "/");
    return { ms: Date.now() - began };
  },

  /** Goes to the meeting's page and presses the button. Answers when the meeting is on the screen. */
  async join({ meeting }) {
    await page.goto(`${origin}/m/${meeting}`);
    const button = page.getByRole("button", { name: "参加する", exact: true });
    await button.waitFor();
    // The devices are open when the own picture shows; a person presses after that.
    await page.getByRole("button", { name: "カメラを切る" }).first().waitFor();
    const pressed = Date.now();
    await button.click();
    await page.getByRole("region", { name: "映像と共有画面" }).waitFor();
    return { pressed, shown: Date.now() };
  },

  stats: () => page.evaluate(look),

  /** Waits until so many more pictures were decoded and, with `audio`, something was heard; when they began to come. */
  async flowing({ since, frames, timeout }) {
    const handle = await page.waitForFunction(
      ([since, frames]) => {
        const { timeline, total } = window.__lab;
        const before = timeline.findLast(([t]) => t <= since)?.[1] ?? 0;
        const first = timeline.find(([t, n]) => t > since && n > before);
        return first !== undefined && total.frames >= before + frames && total.energy > 0 ? { first: first[0] } : undefined;
      },
      [since, frames],
      { timeout, polling: 50 },
    );
    return handle.jsonValue();
  },

  /** Waits for pictures to stand still for `still` ms after `since`, and then for the first new one. */
  async recovered({ since, still, timeout }) {
    const handle = await page.waitForFunction(
      ([since, still]) => {
        let at;
        let frames;
        for (const [t, n] of window.__lab.timeline) {
          if (frames === undefined || n > frames) {
            if (at !== undefined && t > since && t - at >= still) return { last: at, first: t };
            at = t;
            frames = n;
          }
        }
        return undefined;
      },
      [since, still],
      { timeout, polling: 50 },
    );
    return handle.jsonValue();
  },

  /** Whatever a page of ours must not do, and what it said. */
  faults: async () => ({ faults, words }),

  async picture({ path }) {
    await page.screenshot({ path });
    return {};
  },

  async close() {
    await context?.close();
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, ...args } = JSON.parse(line);
  let answer;
  try {
    answer = { id, value: await ops[op](args) };
  } catch (e) {
    const seen = await page?.locator("body").innerText({ timeout: 1000 }).catch(() => "");
    answer = { id, error: `${op}: ${e.message.split("\n")[0]}; the page says: ${(seen ?? "").replace(/\s+/g, " ").slice(0, 400)}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await context?.close().catch(() => {});
process.exit(0);
