// Opens every page of the pretend server in Chromium: takes a picture, runs axe, lists any request to another origin
// and any console error, and adds up what was loaded.   node dev/look.mjs OUT_DIR [WIDTHxHEIGHT ...] [name ...]
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve, town } from "./mock.mjs";

const out = process.argv[2] ?? "look";
const rest = process.argv.slice(3);
const sizes = rest.filter((a) => /^\d+x\d+$/.test(a)).map((a) => a.split("x").map(Number));
const only = rest.filter((a) => !/^\d+x\d+$/.test(a));
if (sizes.length === 0) sizes.push([1366, 768], [800, 1280]);
const axe = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const press = (page, name) => page.getByRole("button", { name }).click();
/** name, address, state of the pretend server, what to do before the picture */
const pages = [
  ["signin", "/", {}],
  [
    "signin-wrong",
    "/signin",
    {},
    async (p) => {
      await p.getByLabel("ログイン名", { exact: true }).fill("sato");
      await p.getByLabel("パスワード", { exact: true }).fill("chigau");
      await press(p, "ログインする");
      await p.getByRole("alert").waitFor();
    },
  ],
  ["signin-empty", "/signin", {}, (p) => press(p, "ログインする")],
  ["number", "/number", {}],
  [
    "number-wrong",
    "/number",
    {},
    async (p) => {
      await p.getByLabel("会議番号").fill("482 913");
      await p.getByLabel("暗証番号").fill("１２３４");
      await p.getByLabel("お名前").fill("みほん建設 山田");
      await press(p, "会議に入る");
      await p.getByRole("alert").waitFor();
    },
  ],
  ["today", "/", { who: "sato" }],
  [
    "today-made",
    "/",
    { who: "sato" },
    async (p) => {
      await press(p, "会議を開く");
      await p.getByText("会議ができました").waitFor();
    },
  ],
  ["today-number", "/", { who: "sato" }, (p) => p.getByRole("tab", { name: "番号で参加" }).click()],
  ["today-empty", "/", { who: "admin", meetings: "none" }],
  ["today-menu", "/", { who: "admin" }, (p, w) => press(p, w < 1024 ? "メニュー" : /アカウントのメニュー/)],
  [
    "today-en",
    "/",
    { who: "sato" },
    async (p, w) => {
      if (w < 1024) {
        await press(p, "メニュー");
        await p.getByRole("menuitem", { name: "English" }).click();
      } else await press(p, "English");
    },
  ],
  ["help", "/help", { who: "sato" }],
  ["account", "/account", { who: "sato" }],
  ["account-must", "/", { who: "inoue" }],
  ["admin", "/admin", { who: "admin" }],
  ["admin-new", "/admin", { who: "admin" }, (p) => press(p, "利用者を追加する")],
  [
    "admin-issued",
    "/admin",
    { who: "admin" },
    async (p) => {
      await press(p, /高橋 誠 さんへの操作/);
      await p.getByRole("menuitem", { name: "パスワードを再発行する" }).click();
      await p.getByRole("alertdialog").waitFor();
      await press(p, "パスワードを再発行する");
      await p.getByText("kumo-7384-midori").waitFor();
    },
  ],
  ["admin-forbidden", "/admin", { who: "sato" }],
  ["setup", "/setup/abc", { setup: true }],
  ["notfound", "/nanika", { who: "sato" }],
  [
    "offline",
    "/",
    { who: "sato" },
    async (p, _w, state) => {
      state.down = true;
      await p.getByText("サーバーにつながりません。").waitFor({ timeout: 20_000 });
    },
  ],
].filter(([name]) => only.length === 0 || only.includes(name));

await mkdir(out, { recursive: true });
const profile = await mkdtemp(join(tmpdir(), "look-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  locale: "ja-JP",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
let bad = 0;
for (const [width, height] of sizes) {
  for (const [name, address, start, act] of pages) {
    const state = town(start);
    const server = await serve(state);
    const page = await browser.newPage();
    await page.setViewportSize({ width, height });
    const faults = [];
    const loaded = { js: 0, css: 0, font: 0, other: 0, count: 0 };
    page.on(
      "request",
      (r) => r.url().startsWith(server.url) || r.url().startsWith("data:") || faults.push(`outside: ${r.url()}`),
    );
    page.on(
      "console",
      (m) => m.type() === "error" && !/503|401|400/.test(m.text()) && faults.push(`console: ${m.text()}`),
    );
    page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
    page.on("response", async (r) => {
      const n =
        (
          await r
            .request()
            .sizes()
            .catch(() => undefined)
        )?.responseBodySize ?? 0;
      const ext = /\.(js|css|woff2)(\?|$)/.exec(r.url())?.[1];
      loaded[ext === "woff2" ? "font" : (ext ?? "other")] += n;
      loaded.count += 1;
    });
    await page.goto(server.url + address);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForLoadState("networkidle");
    const weight = { ...loaded };
    try {
      await act?.(page, width, state);
    } catch (e) {
      faults.push(`act: ${e.message.split("\n")[0]}`);
    }
    await page.waitForTimeout(400);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(out, `${name}-${width}.png`) });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) faults.push(`scrolls sideways by ${wide} px`);
    const cdp = await browser.newCDPSession(page);
    await cdp.send("Runtime.evaluate", { expression: axe });
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
    );
    for (const v of violations)
      faults.push(
        `axe ${v.id}: ${v.nodes.length} × ${v.nodes[0].target.join(" ")} ${v.nodes[0].failureSummary?.split("\n")[1] ?? ""}`,
      );
    bad += faults.length;
    const kb = (n) => Math.round(n / 1024);
    console.log(
      `${name} ${width}: js ${kb(weight.js)} css ${kb(weight.css)} font ${kb(weight.font)} other ${kb(weight.other)} kB, ${weight.count} requests${faults.map((f) => `\n    ${f}`).join("")}`,
    );
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.close();
    server.close();
  }
}
await browser.close();
await rm(profile, { recursive: true, force: true });
process.exit(bad === 0 ? 0 : 1);
