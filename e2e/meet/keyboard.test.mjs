// The whole meeting with the keyboard alone. In this file nobody has a mouse.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { named, password } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

/** Presses Tab until the element with this name has the focus, and sees to it that each stop is visible. */
async function tabTo(page, name, key = "Tab") {
  const want = name instanceof RegExp ? name : new RegExp(`^${name}$`);
  const stops = [];
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press(key);
    const at = await page.evaluate(() => {
      const el = document.activeElement;
      const style = getComputedStyle(el);
      const labelled = (el.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "")
        .join(" ")
        .trim();
      const name = el.getAttribute("aria-label") || labelled || el.labels?.[0]?.textContent || el.textContent || "";
      const own = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
      // A switch or checkbox is an invisible input; the ring is drawn around its label.
      const ring = own || style.boxShadow !== "none" || el.matches("label *") || el === document.body;
      return { name: name.trim().replace(/\s+/g, " "), tag: el.tagName, ring };
    });
    stops.push(`${at.tag} ${at.name}`);
    assert.ok(at.ring, `the focus is visible on ${at.tag} ${at.name}`);
    if (want.test(at.name)) return;
  }
  throw new Error(`Tab never came to ${want}; it came to:\n${stops.join("\n")}`);
}

house.test("somebody without a mouse signs in, joins, mutes, writes, raises a hand, reacts and leaves", async () => {
  const other = await house.person("other");
  await other.signIn("takahashi");
  const today = (await other.api("GET", "/api/meetings")).body;
  const meeting = today.find((m) => m.title === "庁舎改修 工程会議");
  await other.joins(meeting);

  const p = await house.person("keys");
  const keys = p.page.keyboard;
  await p.open("/");
  await p.page.getByLabel("ログイン名", { exact: true }).waitFor();
  await until("the cursor waits in the first field", () =>
    p.page.evaluate(() => document.activeElement?.getAttribute("name") === "username"),
  );
  await keys.type("satou");
  await tabTo(p.page, /^パスワード$/);
  await keys.type(password);
  await keys.press("Enter");

  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
  await tabTo(p.page, /「庁舎改修 工程会議」に参加する/);
  await keys.press("Enter");
  await p.button("参加する", { exact: true }).waitFor();
  await tabTo(p.page, "参加する");
  await keys.press("Enter");
  await p.inRoom();

  await tabTo(p.page, /^マイク オン/);
  await keys.press("Space");
  await p.mic.getByText("ミュート中").waitFor();
  await other.entry(named.satou).getByText("ミュート中").waitFor();
  await keys.press("Enter");
  await p.mic.getByText("マイク オン").waitFor();

  await tabTo(p.page, "手を挙げる");
  await keys.press("Space");
  await other.entry(named.satou).getByText("挙手").waitFor();
  await keys.press("Space");
  await other.entry(named.satou).getByText("挙手").waitFor({ state: "detached" });

  await tabTo(p.page, "拍手・反応");
  await keys.press("Enter");
  await p.page.getByRole("menuitem", { name: "拍手" }).waitFor();
  await keys.press("ArrowDown");
  await keys.press("Enter");
  await other.tile(named.satou).getByText("賛成", { exact: true }).waitFor();

  await tabTo(p.page, "メッセージ", "Shift+Tab");
  await keys.type("キーボードから書きました");
  await keys.press("Enter");
  await other.page.getByTestId("message").filter({ hasText: "キーボードから書きました" }).waitFor();
  // The letters of a message are no shortcuts; with Alt they are, from inside the field too.
  await keys.press("Alt+KeyM");
  await p.mic.getByText("ミュート中").waitFor();
  await keys.press("Alt+KeyM");
  await p.mic.getByText("マイク オン").waitFor();

  await tabTo(p.page, "退出する");
  await keys.press("Enter");
  await p.page.getByRole("heading", { name: "退出しました" }).waitFor();
  await other.entry(named.satou).waitFor({ state: "detached" });
  await tabTo(p.page, "今日の会議に戻る");
  await keys.press("Enter");
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.test("a host without a mouse locks the meeting, mutes somebody and ends it for all", async () => {
  const host = await house.person("host");
  await host.signIn("satou");
  const meeting = await host.opens("鍵の会議");
  const other = await house.person("other");
  await other.signIn("takahashi");
  await other.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
  await Promise.all([host.joins(meeting), other.joins(meeting)]);
  await host.entry(named.takahashi).waitFor();
  const keys = host.page.keyboard;

  await tabTo(host.page, "会議の操作メニュー");
  await keys.press("Enter");
  await host.page.getByRole("menuitem", { name: "鍵をかける" }).waitFor();
  await keys.press("ArrowDown");
  await keys.press("ArrowDown");
  await keys.press("Enter");
  await host.reads("鍵をかけています。新しい方は入れません。");

  await tabTo(host.page, `${named.takahashi}さんの操作`);
  await keys.press("Enter");
  await host.page.getByRole("menuitem", { name: "ミュートにする" }).waitFor();
  await keys.press("Enter");
  await other.mic.getByText("ミュート中").waitFor();

  await tabTo(host.page, "退出する");
  await keys.press("Enter");
  await host.page.getByRole("alertdialog").waitFor();
  await tabTo(host.page, "全員の会議を終了する");
  await keys.press("Enter");
  await other.page.getByRole("heading", { name: "会議は終わりました" }).waitFor();
});

house.lastTest();
