// How long a real browser takes to join: the same livekit-client, out of web/node_modules, against both servers by turns.
// Started by the Go program of this folder with one JSON argument; answers with JSON on stdout.
import { createRequire } from "node:module";
import { openBrowser } from "../../e2e/lib/browser.mjs";

const ask = JSON.parse(process.argv[2]);
const client = createRequire(new URL("../../web/package.json", import.meta.url)).resolve("livekit-client");
const { browser, close } = await openBrowser(ask.ca);

/**
 * In the page: joins, and tells when what happened, in ms from the start. With a token the token is there before the
 * start. With a meeting we ask for it: ahead, as the page with the mirror does before anyone presses, or at the start.
 */
async function join({ token, meeting, ahead }) {
  // Camera and microphone are open, as in a meeting: otherwise the browser hides its addresses from the server.
  const own = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const { Room, RoomEvent, Track } = window.LivekitClient;
  const room = new Room({ adaptiveStream: false, dynacast: true, singlePeerConnection: false });
  const element = document.createElement("video");
  element.muted = true;
  element.autoplay = true;
  document.body.append(element);
  let path = "";
  let iceServers = [];
  const knock = async () => {
    const ticket = await (await fetch(`/api/meetings/${meeting}/join`, { method: "POST" })).json();
    token = ticket.token;
    path = ticket.media_path;
    iceServers = ticket.ice_servers;
  };
  if (ahead) await knock();
  const began = performance.now();
  const picture = new Promise((done) => {
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind !== Track.Kind.Video) return;
      element.requestVideoFrameCallback(() => done(performance.now() - began));
      track.attach(element);
    });
  });
  if (token === undefined) await knock();
  const admitted = performance.now() - began;
  await room.connect(`${location.origin.replace("http", "ws")}${path}`, token, { rtcConfig: { iceServers }, maxRetries: 0 });
  const connected = performance.now() - began;
  const got = { admitted, connected, picture: await picture };
  await room.disconnect();
  for (const t of own.getTracks()) t.stop();
  return got;
}

/** One join in a profile that has never been here. */
async function once(origin, path, storageState, how) {
  const context = await browser.newContext({ bypassCSP: true, storageState, permissions: ["camera", "microphone"] });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(origin + path);
  await page.addScriptTag({ path: client });
  const got = await page.evaluate(join, how);
  await context.close();
  return got;
}

try {
  const first = await browser.newContext();
  const res = await first.request.post(`${ask.ours.origin}/api/session`, {
    data: { login: ask.ours.login, password: ask.ours.password },
    headers: { Origin: ask.ours.origin },
    ignoreHTTPSErrors: true, // Node's request, not the browser's: it does not know the office's CA
  });
  if (!res.ok()) throw new Error(`sign-in: ${res.status()} ${await res.text()}`);
  const state = await first.storageState();
  await first.close();
  const ours = [];
  const asking = [];
  const plain = [];
  for (const token of ask.plain.tokens) {
    ours.push(await once(ask.ours.origin, "/help", state, { meeting: ask.ours.meeting, ahead: true }));
    plain.push(await once(ask.plain.origin, "/", undefined, { token }));
    asking.push(await once(ask.ours.origin, "/help", state, { meeting: ask.ours.meeting }));
  }
  process.stdout.write(JSON.stringify({ browser: `Chromium ${browser.version()}`, ours, asking, plain }));
} finally {
  await close();
}
