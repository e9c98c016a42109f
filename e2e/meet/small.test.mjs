// Little room: a tablet held either way, and a desk PC at 200 % zoom. Whether one is heard, and the way out, stay in reach.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { meetingOf } from "../lib/meeting.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();
const sizes = [
  [800, 1280],
  [1280, 800],
  [1024, 768],
  [683, 384],
];

/** Wholly inside the window, and what a finger in its middle would hit. */
async function inReach(button, what) {
  await until(what, () =>
    button.evaluate((el) => {
      const r = el.getBoundingClientRect();
      const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
      const inside = r.left >= 0 && r.top >= 0 && r.right <= window.innerWidth && r.bottom <= window.innerHeight;
      return inside && el.contains(hit);
    }),
  );
}

house.test("mute state and leaving are in reach at every size, with a panel open or none", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [p] = people;
  const leave = p.button("退出する", { exact: true });
  const toggles = { people: p.button(/^参加者 \d+人/), chat: p.button(/^チャット( 新着\d+)?$/) };
  const isOpen = async (b) => (await b.getAttribute("aria-expanded")) === "true";
  let red = false;
  for (const [width, height] of sizes) {
    await p.page.setViewportSize({ width, height });
    for (const open of [undefined, "people", "chat"]) {
      for (const [name, b] of Object.entries(toggles)) if (name !== open && (await isOpen(b))) await b.click();
      if (open !== undefined && !(await isOpen(toggles[open]))) await toggles[open].click();
      const where = `${width}×${height}, open: ${open}`;
      await inReach(p.mic, `the mute state at ${where}`);
      await inReach(leave, `leaving at ${where}`);
      await p.mic.click();
      red = !red;
      await p.mic.getByText(red ? "ミュート中" : "マイク オン").waitFor();
      // The words themselves are not cut off either.
      for (const b of [p.mic, leave])
        assert.ok(await b.evaluate((el) => el.scrollWidth <= el.clientWidth + 1), `words fit at ${where}`);
      if (open === "chat") await p.page.getByLabel("メッセージ").fill(where);
    }
  }
  await toggles.chat.click();
  await leave.click();
  await p.page.getByRole("alertdialog").waitFor();
});

house.test("a drawer takes the focus, shuts by Escape and gives the focus back", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [p] = people;
  await p.page.setViewportSize({ width: 683, height: 384 });
  const chat = p.button(/^チャット/);
  await chat.waitFor();
  const drawer = p.page.getByRole("complementary", { name: "参加者とチャット" });
  assert.equal(await drawer.count(), 0, "the picture is free at first");
  await chat.focus();
  await p.page.keyboard.press("Enter");
  const focused = () => p.page.evaluate(() => document.activeElement?.textContent?.trim());
  await until("the drawer has the focus", async () => (await focused()) === "閉じる");
  await p.page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  assert.match((await focused()) ?? "", /^チャット/);
  // At the desk again, what was open there is open.
  await p.page.setViewportSize({ width: 1366, height: 768 });
  await p.entry(named.takahashi).waitFor();
  await p.page.getByLabel("メッセージ").waitFor();
});

house.test("a speaker who is muted is told above the red button, on a small screen too", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [p] = people;
  await p.page.setViewportSize({ width: 683, height: 384 });
  await p.mic.click();
  await p.reads("ミュート中に話しています");
  await inReach(p.mic, "the red button");
  await inReach(p.text("ミュート中に話しています").first(), "the hint");
});

house.test("a question that is open when a tablet is turned stays open", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [p] = people;
  await p.does(named.takahashi, "退出してもらう");
  const question = p.page.getByRole("alertdialog");
  await question.waitFor();
  for (const [width, height] of [...sizes, [1366, 768]]) {
    await p.page.setViewportSize({ width, height });
    await inReach(
      question.getByRole("button", { name: "やめる" }),
      `the way out of the question at ${width}×${height}`,
    );
  }
  await p.confirms("やめる");
  await p.entry(named.takahashi).waitFor();
});

house.lastTest();
