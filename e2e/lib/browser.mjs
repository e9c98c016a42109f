// Chromium as an office PC has it: a profile of its own, the office's CA installed, a camera and a microphone that always work.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { portrait, qrBefore, voice } from "./fake.mjs";

// The tools are those of web/, so that one `npm ci` serves both.
const require = createRequire(new URL("../../web/package.json", import.meta.url));
export const { chromium } = require("playwright-core");
export const axePath = require.resolve("axe-core/axe.min.js");

const run = promisify(execFile);

const always = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A test of ours that looks up a name is wrong already.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  "--autoplay-policy=no-user-gesture-required",
  // Ten pictures a second are enough to see that they come, and leave a two-core machine room for three people.
  "--use-fake-device-for-media-stream=fps=10,display-media-type=browser",
];

/**
 * Starts a browser that trusts one CA for real: in its NSS database, with no switch that forgives certificates.
 * @param {string} ca path of the certificate
 * @param {{refuses?: boolean, look?: import("./fake.mjs").Look, code?: string, args?: string[]}} [o] refuses: camera and microphone are not
 *   given to the page; look: somebody to see instead of the test picture; code: a QR code held before the camera
 */
export async function openBrowser(ca, { refuses = false, look, code, args = [] } = {}) {
  const home = await mkdtemp(join(tmpdir(), "yakusho-home-"));
  const nss = join(home, ".pki", "nssdb");
  await mkdir(nss, { recursive: true });
  await run("certutil", ["-d", `sql:${nss}`, "-N", "--empty-password"]);
  if (ca !== "") await run("certutil", ["-d", `sql:${nss}`, "-A", "-t", "C,,", "-n", "office", "-i", ca]);
  const wav = join(home, "voice.wav");
  await voice(wav);
  const fake = [`--use-file-for-fake-audio-capture=${wav}`];
  if (look) {
    await portrait(join(home, "look.y4m"), look);
    fake.push(`--use-file-for-fake-video-capture=${join(home, "look.y4m")}`);
  }
  if (code !== undefined) {
    await qrBefore(join(home, "code.y4m"), code);
    fake.push(`--use-file-for-fake-video-capture=${join(home, "code.y4m")}`);
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    env: { ...process.env, HOME: home, TZ: "Asia/Tokyo" },
    args: [...always, ...fake, refuses ? "--deny-permission-prompts" : "--use-fake-ui-for-media-stream", ...args],
  });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
