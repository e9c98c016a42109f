// What the host of a meeting does, and that it holds against those who do not want it.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { meetingOf } from "../lib/meeting.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test("the host mutes one participant, who is told and speaks again when ready", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [host, a, b] = people;
  await host.does(named.takahashi, "ミュートにする");
  await a.mic.getByText("ミュート中").waitFor();
  await a.reads(`${named.satou}さんがあなたのマイクをミュートにしました`);
  await b.entry(named.takahashi).getByText("ミュート中").waitFor();
  await b.mic.getByText("マイク オン").waitFor();
  await a.mic.click();
  await b.entry(named.takahashi).getByText("ミュート中").waitFor({ state: "detached" });
  await Promise.all(people.map((p) => p.hearsAndSees(2)));
});

house.test("the host mutes everyone but herself", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [host, a, b] = people;
  await host.doesForAll("全員をミュート");
  await host.confirms("全員をミュート");
  for (const p of [a, b]) await p.mic.getByText("ミュート中").waitFor();
  await host.mic.getByText("マイク オン").waitFor();
});

house.test("the host stops somebody's shared screen", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [host, a] = people;
  await a.press("画面を見せる");
  await host.reads("高橋 誠さん（総務課）が画面を見せています");
  await host.does(named.takahashi, "画面の表示を止める");
  await a.reads(`${named.satou}さんがあなたの画面の表示を止めました`);
  await a.button("画面を見せる").waitFor();
  await host.text("が画面を見せています").waitFor({ state: "detached" });
});

house.test("the host hands the meeting over, and has the powers no longer", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [host, a] = people;
  assert.equal(await a.button(`${named.satou}さんの操作`).count(), 0);
  await host.does(named.takahashi, "主催を渡す");
  await host.confirms("渡す");
  await a.reads(`${named.satou}さんから主催を引き継ぎました`);
  await a.button(`${named.satou}さんの操作`).waitFor();
  await host.button(`${named.takahashi}さんの操作`).waitFor({ state: "detached" });
  await host.entry(named.takahashi).getByText("主催").waitFor();
});

house.test("a locked meeting lets nobody new in, says so in Japanese, and opens again", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [host] = people;
  await host.doesForAll("鍵をかける");
  await host.reads("鍵をかけています。新しい方は入れません。");
  const late = await house.person("late");
  await late.signIn("nakamura");
  await late.typesNumber(meeting.number, meeting.pin);
  // The refusal may come at the number or at the door; wherever it comes it says the same.
  await until("refused with the reason", async () => {
    if (await late.button("参加する", { exact: true }).isVisible()) await late.press("参加する", { exact: true });
    return late.text("主催者が鍵をかけています").first().isVisible();
  });
  assert.equal(await late.mic.count(), 0);
  const guest = await house.person("late-guest");
  await guest.typesNumber(meeting.number, meeting.pin, "みほん建設 山田");
  await until("the guest is refused with the reason", async () => {
    if (await guest.button("参加する", { exact: true }).isVisible()) await guest.press("参加する", { exact: true });
    return guest.text("主催者が鍵をかけています").first().isVisible();
  });
  await host.doesForAll("鍵をあける");
  await host.text("鍵をかけています。新しい方は入れません。").waitFor({ state: "detached" });
  await late.typesNumber(meeting.number, meeting.pin);
  await late.enters();
  await host.entry(named.nakamura).waitFor();
});

house.test("a lock beats the ticket of somebody who is already before the mirror", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi"]);
  const [host] = people;
  const late = await house.person("late");
  await late.signIn("nakamura");
  const ticket = late.page.waitForResponse((r) => r.url().endsWith("/join"));
  await late.typesNumber(meeting.number, meeting.pin);
  assert.equal((await ticket).status(), 200);
  await host.doesForAll("鍵をかける");
  await host.reads("鍵をかけています。新しい方は入れません。");
  await late.press("参加する", { exact: true });
  await late.text("主催者が鍵をかけています").first().waitFor();
  assert.equal(await late.mic.count(), 0);
});

house.test(
  "a removed colleague stays out: by the button, by the number with the old PIN, and in a new tab",
  async () => {
    const { people, meeting } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
    const [host, a, b] = people;
    await host.does(named.takahashi, "退出してもらう");
    await host.confirms("退出してもらう");
    await a.page.getByRole("heading", { name: "主催者により退出しました" }).waitFor();
    for (const p of [host, b]) await p.entry(named.takahashi).waitFor({ state: "detached" });

    await a.open(`/m/${meeting.id}`);
    await until("refused at the door", async () => {
      if (await a.button("参加する", { exact: true }).isVisible()) await a.press("参加する", { exact: true });
      return a
        .text(/主催者により退出しました/)
        .first()
        .isVisible();
    });
    await a.typesNumber(meeting.number, meeting.pin);
    await a.reads(/会議番号か暗証番号が違います|主催者により退出しました/);
    const tab = await a.context.newPage();
    await tab.goto(`${house.origin}/m/${meeting.id}`);
    await until("refused in the new tab", async () => {
      const join = tab.getByRole("button", { name: "参加する", exact: true });
      if (await join.isVisible()) await join.click();
      return tab
        .getByText(/主催者により退出しました/)
        .first()
        .isVisible();
    });
    assert.equal(await host.entry(named.takahashi).count(), 0);
    await Promise.all([host, b].map((p) => p.hearsAndSees(1)));
  },
);

house.test("a removed guest cannot come back with the number that was read out", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "inoue"]);
  const [host] = people;
  const guest = await house.person("guest");
  await guest.typesNumber(meeting.number, meeting.pin, "みほん建設 山田");
  await guest.enters();
  await host.does("みほん建設 山田", "退出してもらう");
  await host.confirms("退出してもらう");
  await guest.page.getByRole("heading", { name: "主催者により退出しました" }).waitFor();
  await guest.typesNumber(meeting.number, meeting.pin, "別の人");
  await guest.page.getByRole("alert").filter({ hasText: "会議番号か暗証番号が違います" }).waitFor();
  // Those who stay see the new PIN, and with it somebody else comes in.
  await host.press("会議の操作メニュー");
  await host.page.getByRole("menuitem", { name: "招待の番号" }).click();
  const numbers = await host.page.getByRole("dialog").locator("dd").allInnerTexts();
  const pin = numbers[1].replace(/\s/g, "");
  assert.notEqual(pin, meeting.pin);
  const other = await house.person("other-guest");
  await other.typesNumber(meeting.number, pin, "あおば設計 中島");
  await other.enters();
});

house.test("ending for all sends everyone out, and nobody comes in again", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [host, a, b] = people;
  await host.press("退出する");
  await host.press("全員の会議を終了する");
  for (const p of [host, a, b]) await p.page.getByRole("heading", { name: "会議は終わりました" }).waitFor();
  await a.open(`/m/${meeting.id}`);
  await a.page.getByRole("heading", { name: "会議は終わりました" }).waitFor();
  assert.equal((await b.api("POST", `/api/meetings/${meeting.id}/join`)).body.code, "meeting_ended");
});

house.test("a participant who is no host has no button for it, and the server refuses it too", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [, a] = people;
  assert.equal(await a.button(/さんの操作$/).count(), 0);
  assert.equal(await a.button("会議の操作メニュー").count(), 0);
  await a.press("招待の番号"); // whoever may join may call others in
  await a.page.getByRole("dialog").getByText("会議番号").waitFor();
  await a.page.keyboard.press("Escape");
  const refused = await Promise.all([
    a.api("POST", `/api/meetings/${meeting.id}/mute`, { source: "microphone" }),
    a.api("PATCH", `/api/meetings/${meeting.id}`, { locked: true }),
    a.api("POST", `/api/meetings/${meeting.id}/end`),
    a.api("GET", `/api/meetings/${meeting.id}/attendance`),
  ]);
  assert.deepEqual(
    refused.map((r) => [r.status, r.body.code]),
    Array(4).fill([403, "not_host"]),
  );
});

house.lastTest();
