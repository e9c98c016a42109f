// The critic is tested too: a look that finds nothing on a bad screen would make the others worthless.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { look } from "../lib/look.mjs";

const house = House.forFile();

house.test("a picture without words, small print, a small button and a wide line are all noticed", async () => {
  const p = await house.person("critic");
  await p.open("/help");
  await p.page.getByRole("heading", { level: 1 }).waitFor();
  await p.page.evaluate(() => {
    document
      .querySelector("main")
      .insertAdjacentHTML(
        "beforeend",
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="font-size:12px">細字</p><button style="width:20px;height:20px">x</button><p style="width:3000px">長い</p><p style="color:#ccc">薄い</p>',
      );
  });
  await look(p, "critic", { keep: false });
  const found = house.faults.splice(0).join("\n");
  for (const x of [
    /axe image-alt/,
    /axe color-contrast/,
    /smaller than 16 px: 細字/,
    /target smaller than 44 px: x/,
    /scrolls sideways/,
  ])
    assert.match(found, x);
  assert.match(found, /683×384: scrolls sideways/);
});

house.test("a request to another origin, refused content and an error nobody caught are all noticed", async () => {
  const p = await house.person("watch");
  await p.open("/help");
  await p.page.evaluate(async () => {
    await fetch("https://example.com/").catch(() => {});
    navigator.sendBeacon("https://example.org/");
    new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.example.net:3478" }] }).close();
    setTimeout(() => {
      throw new Error("nobody caught this");
    });
    Promise.reject(new Error("nor this"));
    console.error("said aloud");
  });
  await p.page.waitForFunction(() => true);
  const want = [
    /csp: connect-src https:\/\/example\.com/,
    /ICE server that is not ours: stun:stun\.example\.net/,
    /uncaught: .*nobody caught this/,
    /nor this/,
    /console\.error: said aloud/,
  ];
  const missing = () => want.filter((x) => !house.faults.some((f) => x.test(f)));
  for (let n = 0; missing().length > 0 && n < 50; n++)
    await p.page.evaluate(() => new Promise((r) => requestAnimationFrame(r)));
  assert.deepEqual(missing(), []);
  house.faults.length = 0;
});
