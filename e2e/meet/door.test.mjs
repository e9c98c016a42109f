// Who comes in and who does not: guests and their names, wrong numbers, two tabs, a session that ends.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { meetingOf } from "../lib/meeting.mjs";
import { named, password } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test("a guest cannot take the name of a colleague, and is told why", async () => {
  const { people, meeting } = await meetingOf(house, ["satou"]);
  const guest = await house.person("guest");
  for (const name of ["佐藤美咲", "佐藤　美咲 さん", "佐 藤 美 咲"]) {
    await guest.typesNumber(meeting.number, meeting.pin, name);
    await guest.page.getByRole("alert").filter({ hasText: "職員の名前では参加できません" }).waitFor();
  }
  // What was typed is still there; only the name has to be changed.
  assert.equal((await guest.page.getByLabel("会議番号").inputValue()).replace(/\s/g, ""), meeting.number);
  await guest.page.getByLabel("お名前").fill("みほん建設 佐藤");
  await guest.press("会議に入る");
  await guest.enters();
  await people[0].entry("みほん建設 佐藤").getByText("職員以外").waitFor();
});

house.test("a meeting for colleagues only has no place for a guest", async () => {
  const host = await house.person("host");
  await host.signIn("satou");
  const meeting = await host.opens("職員だけの打合せ", false);
  const guest = await house.person("guest");
  await guest.typesNumber(meeting.number, meeting.pin, "みほん建設 山田");
  await guest.page.getByRole("alert").filter({ hasText: "この会議は職員だけの会議です" }).waitFor();
});

house.test("somebody in a second tab is one participant, and goes on in the tab of their choice", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  const first = b.page;
  const second = await b.context.newPage();
  b.page = second;
  await b.joins(meeting);
  await first.getByRole("heading", { name: "別の画面で参加しています" }).waitFor();
  await until("one entry", async () => (await a.page.getByTestId("person").count()) === 2);
  await b.hearsAndSees(1);
  b.page = first;
  await b.press("この画面で続ける");
  await b.inRoom();
  await second.getByRole("heading", { name: "別の画面で参加しています" }).waitFor();
  await b.hearsAndSees(1);
  await until("still one entry", async () => (await a.page.getByTestId("person").count()) === 2);
});

house.test("signing out in another tab cuts the meeting within two seconds", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  await a.hearsAndSees(1);
  const tab = await b.context.newPage();
  await tab.goto(`${house.origin}/help`);
  const out = tab.getByRole("button", { name: "ログアウト" });
  await out.waitFor();
  const answered = tab.waitForResponse((r) => r.request().method() === "DELETE" && r.url().endsWith("/api/session"));
  await out.click();
  await answered;
  const from = performance.now();
  await b.page.getByRole("heading", { name: "ログインが終わりました" }).waitFor({ timeout: 5000 });
  const ms = performance.now() - from;
  assert.ok(ms <= 2000, `the meeting was cut after ${Math.round(ms)} ms`);
  await until("no picture and no sound comes any more", async () => Object.keys((await b.media()).from).length === 0);
  await a.entry(named.takahashi).waitFor({ state: "detached" });
});

house.test(
  "whoever was signed out in another tab signs in where the meeting ended, and is led back to it",
  async () => {
    const { people } = await meetingOf(house, ["satou", "takahashi"]);
    const [, b] = people;
    const tab = await b.context.newPage();
    await tab.goto(`${house.origin}/help`);
    await tab.getByRole("button", { name: "ログアウト" }).click();
    await b.page.getByRole("heading", { name: "ログインが終わりました" }).waitFor();
    await b.link("ログインする").click();
    await b.typeIn("takahashi", password);
    await b.enters();
  },
);

house.test("whoever leaves is out, and can come back", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  await b.press("退出する");
  await b.page.getByRole("heading", { name: "退出しました" }).waitFor();
  await a.entry(named.takahashi).waitFor({ state: "detached" });
  assert.deepEqual((await b.media()).from, {});
  await b.press("もう一度参加する");
  await until("back in the room or before its door", async () => {
    if (await b.button("参加する", { exact: true }).isVisible()) await b.press("参加する", { exact: true });
    return b.mic.isVisible();
  });
  await b.hearsAndSees(1);
});

house.test("an unknown meeting is said to be unknown, and leads back to the list", async () => {
  const p = await house.person("satou");
  await p.signIn("satou");
  await p.open("/m/06h08dy8mccm0pdsxfxd3h9b78");
  await p.reads("この会議は見つかりません。今日の会議の一覧から選び直してください。");
  await p.link("今日の会議に戻る").click();
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.test("an account that an admin stops is out of its meeting at once", async () => {
  const { people } = await meetingOf(house, ["satou", "inoue"]);
  const [a, b] = people;
  await a.hearsAndSees(1);
  const admin = await house.person("admin");
  await admin.signIn("suzuki");
  const account = (await admin.api("GET", "/api/accounts")).body.find((x) => x.login === "inoue");
  assert.equal((await admin.api("PATCH", `/api/accounts/${account.id}`, { disabled: true })).status, 200);
  await b.page.getByRole("heading", { name: "ログインが終わりました" }).waitFor({ timeout: 5000 });
  await a.entry(named.inoue).waitFor({ state: "detached" });
  assert.deepEqual((await b.media()).from, {});
  assert.equal((await admin.api("PATCH", `/api/accounts/${account.id}`, { disabled: false })).status, 200);
});

house.test(
  "a guest's name of 300 letters or of nothing visible is refused with what to do, and nothing typed is lost",
  async () => {
    const host = await house.person("host");
    await host.signIn("satou");
    const meeting = await host.opens("名前の会議");
    const guest = await house.person("guest");
    await guest.typesNumber(meeting.number, meeting.pin, "山".repeat(300));
    await guest.page
      .getByRole("alert")
      .filter({ hasText: "お名前が長すぎます。40文字までで入れてください。" })
      .waitFor();
    assert.equal(await guest.page.getByLabel("お名前").inputValue(), "山".repeat(300));
    await guest.page.getByLabel("お名前").fill("\u200b\u3164");
    await guest.press("会議に入る");
    await guest.page.getByRole("alert").filter({ hasText: "お名前を入れてください" }).waitFor();
    await guest.page.getByLabel("お名前").fill("<img src=x onerror=alert(1)> 山田");
    await guest.press("会議に入る");
    await guest.enters();
    await host.joins(meeting);
    await host.entry("<img src=x onerror=alert(1)> 山田").waitFor();
  },
);

// Last of the meetings: after it this address has to wait.
house.test("wrong numbers are answered alike, and after ten of them with a wait", async () => {
  const host = await house.person("host");
  await host.signIn("satou");
  const meeting = await host.opens("番号の会議");
  const wrong = meeting.pin === "0000" ? "1111" : "0000";
  const guest = await house.person("guess");
  await guest.typesNumber(meeting.number, wrong, "みほん建設 山田");
  const alert = guest.page.getByRole("alert");
  await alert.filter({ hasText: "会議番号か暗証番号が違います" }).waitFor();
  const unknown = await guest.api("POST", "/api/meetings/enter", {
    number: meeting.number === "111111" ? "111112" : "111111",
    pin: wrong,
    name: "山田",
  });
  assert.deepEqual([unknown.status, unknown.body.code], [400, "number_or_pin_wrong"]);
  await until("the wait is asked for", async () => {
    await guest.press("会議に入る");
    return alert.filter({ hasText: "まちがいが続いたため、しばらく受け付けません。15分ほど待つか" }).isVisible();
  });
  // The right PIN is not taken either: otherwise the wait would tell which one is right.
  await guest.page.getByLabel("暗証番号").fill(meeting.pin);
  await guest.press("会議に入る");
  await alert.filter({ hasText: "まちがいが続いたため" }).waitFor();
  assert.equal(await guest.mic.count(), 0);
});

house.lastTest();
