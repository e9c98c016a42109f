// Looks at a screen as a critic does: axe, nothing cut off or scrolling sideways at any size we promise, letters and targets
// large enough; and keeps a picture of it.
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { axePath } from "./browser.mjs";

const axe = await readFile(axePath, "utf8");
/** `node run.mjs --screens` keeps the pictures in docs/screens; otherwise they are for looking at once. */
const passing = fileURLToPath(new URL("../out/screens/", import.meta.url));
const kept = process.env.SCREENS ?? passing;

/** What we promise: a desk PC, the same at 200 % zoom, and a tablet held upright. */
export const sizes = { desk: [1366, 768], zoomed: [683, 384], tablet: [800, 1280] };

/**
 * What is wrong with the screen becomes a fault of the test.
 * @param {import("./person.mjs").Person} who
 * @param {string} name of the picture, without ending
 * @param {{page?: any, resize?: boolean, keep?: boolean}} [o] resize false: the state would not survive another size, e.g. an
 *   open menu; keep false: so much like another picture that the repository need not carry it
 */
export async function look(who, name, { page = who.page, resize = true, keep = true } = {}) {
  const folder = keep ? kept : passing;
  const [width, height] = sizes.desk;
  const faults = [];
  if (resize) await page.mouse.move(0, 0); // nothing is lit because the mouse happens to be there
  await page.evaluate(() => document.fonts.ready);
  // Pictures at rest: what moves in (a menu, a dialog) has arrived.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getComputedTiming().iterations !== Infinity)
        .map((a) => a.finished.catch(() => {})),
    ),
  );
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, scale: "css", caret: "hide" });
  faults.push(...(await judged(page)).map((x) => `${name}: ${x}`));
  faults.push(...(await fits(page)).map((x) => `${name} ${width}×${height}: ${x}`));
  if (resize) {
    for (const [w, h] of [sizes.zoomed, sizes.tablet]) {
      await page.setViewportSize({ width: w, height: h });
      faults.push(...(await fits(page)).map((x) => `${name} ${w}×${h}: ${x}`));
    }
    await page.setViewportSize({ width, height });
  }
  for (const x of faults) who.house.fault(who, x);
}

/** axe, with all rules of WCAG 2.2 A and AA and its own good practice. */
async function judged(page) {
  // Through the debugger: the page's content policy rightly refuses a script of ours.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: axe });
  await cdp.detach();
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return violations.flatMap((v) =>
    v.nodes.map(
      (n) => `axe ${v.id}: ${n.target.join(" ")} ${(n.failureSummary ?? "").split("\n").slice(1).join(" ").trim()}`,
    ),
  );
}

/** Nothing sideways, nothing cut off, no small print, no small target. */
function fits(page) {
  return page.evaluate(async () => {
    await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    const faults = [];
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    if (wide > 0) faults.push(`scrolls sideways by ${wide} px`);
    const shown = (el) =>
      el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
      !el.closest("[inert], [aria-hidden=true]");
    const words = (el) =>
      (el.getAttribute("aria-label") || el.textContent || el.getAttribute("name") || el.tagName)
        .trim()
        .replace(/\s+/g, " ")
        .slice(0, 40);
    for (const el of document.querySelectorAll(
      "a[href], button, input, select, textarea, [role=menuitem], [role=tab]",
    )) {
      const r = el.getBoundingClientRect();
      if (!shown(el) || r.width <= 1 || r.height <= 1) continue; // 1 px: for screen readers only
      if (r.left < -1 || r.right > window.innerWidth + 1)
        faults.push(`cut off at the side: ${words(el)} (${Math.round(r.left)}–${Math.round(r.right)})`);
      const inText = getComputedStyle(el).display === "inline";
      const native = el.matches("input[type=checkbox], input[type=radio]");
      if (!inText && !native && (r.height < 43.5 || r.width < 43.5))
        faults.push(`target smaller than 44 px: ${words(el)} (${Math.round(r.width)}×${Math.round(r.height)})`);
    }
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const small = new Set();
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const el = n.parentElement;
      if (n.data.trim() === "" || !shown(el) || el.closest("svg, script, style")) continue;
      const r = el.getBoundingClientRect();
      if (r.width > 1 && r.height > 1 && Number.parseFloat(getComputedStyle(el).fontSize) < 16)
        small.add(n.data.trim().slice(0, 20));
    }
    for (const t of small) faults.push(`smaller than 16 px: ${t}`);
    return faults;
  });
}
