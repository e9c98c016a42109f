// People in a meeting: they come in, hear and see each other, show a screen, write, raise a hand.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { meetingOf } from "../lib/meeting.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test(
  "a newcomer opens a meeting, reads two numbers over the telephone, and three people hear and see each other",
  async () => {
    const host = await house.person("newcomer");
    await host.open("/");
    await host.press(/佐藤 美咲/);
    await host.press("ログインする");
    await host.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
    await host.press("会議を開く");
    await host.reads("会議ができました");
    const said = await host.page.locator("aside dd").allTextContents();
    const [number, pin] = said.map((x) => x.replace(/\s/g, ""));
    assert.match(number, /^\d{6}$/);
    assert.match(pin, /^\d{4}$/);
    await host.link("この会議に入る").click();
    await host.enters();

    const guest = await house.person("guest");
    await guest.open("/");
    await guest.link("番号で参加").click();
    await guest.page.getByLabel("会議番号").fill(number);
    await guest.page.getByLabel("暗証番号").fill(pin);
    await guest.page.getByLabel("お名前").fill("みほん建設 山田");
    await guest.press("会議に入る");
    await guest.enters();

    const staff = await house.person("colleague");
    await staff.signIn("takahashi");
    await staff.open("/");
    await staff.page.getByRole("tab", { name: "番号で参加" }).click();
    await staff.page.getByLabel("会議番号").fill(number);
    await staff.page.getByLabel("暗証番号").fill(pin);
    await staff.press("会議に入る");
    await staff.enters();

    await Promise.all([host, guest, staff].map((p) => p.hearsAndSees(2)));
    for (const p of [host, staff]) await p.entry("みほん建設 山田").getByText("職員以外").waitFor();
    for (const p of [guest, staff]) await p.entry(named.satou).getByText("主催").waitFor();
    await host.tile(named.takahashi).waitFor();
    assert.ok(house.seen.ice >= 3, "the relay addresses of every peer connection were looked at");
  },
);

house.test("a shared screen is seen large and its sound is heard by the others until it is stopped", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [sharer, ...others] = people;
  await Promise.all(people.map((p) => p.hearsAndSees(2)));
  await sharer.press("画面を見せる");
  await sharer.page.getByRole("heading", { name: "あなたの画面を見せています" }).waitFor();
  for (const p of others) {
    await p.page.getByRole("heading", { name: /^佐藤 美咲さん（企画課 企画係）が画面を見せています$/ }).waitFor();
    await until("the second picture and the second sound of the sharer arrive", async () => {
      const { from } = await p.media();
      return Object.values(from).some((f) => {
        const t = Object.values(f.tracks);
        return (
          t.filter((x) => x.kind === "video" && x.frames > 5).length === 2 &&
          t.filter((x) => x.kind === "audio" && x.energy > 0).length === 2
        );
      });
    });
  }
  await sharer.page
    .getByRole("region", { name: "会議の操作" })
    .getByRole("button", { name: "見せるのをやめる", exact: true })
    .click();
  for (const p of others) await p.text("が画面を見せています").waitFor({ state: "detached" });
});

house.test("what is written reaches everyone, and is there again after a reload", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  const write = async (p, words) => {
    await p.page.getByLabel("メッセージ").fill(words);
    await p.page.keyboard.press("Enter");
  };
  await write(a, "資料は3ページです");
  await b.page.getByTestId("message").filter({ hasText: "資料は3ページです" }).waitFor();
  await write(b, "見えました");
  await a.page.getByTestId("message").filter({ hasText: "見えました" }).waitFor();
  await write(a, "<b>太字</b> & 2行目\nではない");
  await b.page.getByTestId("message").filter({ hasText: "<b>太字</b>" }).waitFor();
  await b.page.getByLabel("メッセージ").fill("書きかけ");
  await b.page.reload();
  await b.enters();
  await until("three messages after the reload", async () => (await b.page.getByTestId("message").count()) === 3);
  assert.equal(await b.page.getByLabel("メッセージ").inputValue(), "書きかけ", "the draft is kept too");
});

house.test("what was written is kept when the meeting has ended", async () => {
  const { people, meeting } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  await a.page.getByLabel("メッセージ").fill("決まったこと：来週");
  await a.page.keyboard.press("Enter");
  await b.page.getByTestId("message").waitFor();
  await a.press("退出する");
  await a.press("全員の会議を終了する");
  await b.page.getByRole("heading", { name: "会議は終わりました" }).waitFor();
  await b.reads("チャットと出席の記録は残っています");
  for (const p of [a, b]) {
    const kept = await p.api("GET", `/api/meetings/${meeting.id}/chat`);
    assert.deepEqual(
      kept.body.map((m) => [m.name, m.text]),
      [[named.satou, "決まったこと：来週"]],
    );
  }
});

house.test("a raised hand is on top of everyone's list until it is lowered", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
  const [host, a, b] = people;
  await b.press("手を挙げる");
  for (const p of [host, a]) {
    await p.entry(named.inoue).getByText("挙手").waitFor();
    await until("the hand is first", async () =>
      (await p.page.getByTestId("person").first().innerText()).includes(named.inoue),
    );
  }
  await b.press("手を下ろす");
  await host.entry(named.inoue).getByText("挙手").waitFor({ state: "detached" });
  await a.press("手を挙げる");
  await host.entry(named.takahashi).getByText("挙手").waitFor();
  await host.does(named.takahashi, "手を下ろす");
  await a.reads(`${named.satou}さんがあなたの手を下ろしました`);
  await a.button("手を挙げる").waitFor();
});

house.test("a reaction is shown to the others in a picture and a word, and goes by itself", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  await b.tile(named.satou).waitFor();
  for (const word of ["拍手", "質問"]) {
    await a.press("拍手・反応");
    await a.page.getByRole("menuitem", { name: word }).click();
    await b.tile(named.satou).getByText(word, { exact: true }).waitFor();
  }
  await b.tile(named.satou).getByText("質問", { exact: true }).waitFor({ state: "detached" });
});

house.test("somebody without a camera joins with sound only and is heard", async () => {
  const { people, meeting } = await meetingOf(house, ["satou"]);
  const [a] = people;
  const b = await house.person("sound-only");
  await b.signIn("takahashi");
  await b.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
  await b.joins(meeting, "音声だけで参加");
  await b.hearsAndSees(1);
  await a.tile(named.takahashi).getByText("音声のみ").waitFor();
  await until("sound and no picture", async () => {
    const tracks = Object.values((await a.media()).from).flatMap((f) => Object.values(f.tracks));
    return tracks.length === 1 && tracks[0].kind === "audio" && tracks[0].energy > 0;
  });
  await b.press("カメラを入れる");
  await a.hearsAndSees(1);
});

house.test("speaking while muted is pointed out, and the others do not hear it", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  await Promise.all(people.map((p) => p.hearsAndSees(1)));
  await a.mic.click();
  await a.mic.getByText("ミュート中").waitFor();
  await a.reads("ミュート中に話しています"); // the pretend microphone never stops talking
  await b.entry(named.satou).getByText("ミュート中").waitFor();
  await a.mic.click();
  await a.mic.getByText("マイク オン").waitFor();
  await a.text("ミュート中に話しています").waitFor({ state: "detached" });
  await b.hearsAndSees(1);
});

house.lastTest();
