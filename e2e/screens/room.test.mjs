// The meeting from its door to its end: looked at in every state, and kept as pictures.
import { looks, nameDevices } from "../lib/fake.mjs";
import { House } from "../lib/house.mjs";
import { look } from "../lib/look.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

/** Somebody with a face of their own, signed in and on the list of the meeting. */
async function somebody(login, face, meeting) {
  const p = await house.person(login, { browser: { look: looks[face] }, init: nameDevices });
  await p.signIn(login);
  if (meeting) await p.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
  return p;
}

/** The list of the meetings of today has this one, planned and with a host who is somebody else. */
async function planned(p) {
  return (await p.api("GET", "/api/meetings")).body.find((m) => m.title === "庁舎改修 工程会議");
}

house.test("the screens before the door of a meeting are sound at every size", async () => {
  const p = await somebody("satou", 0);
  const meeting = await planned(p);
  await p.open(`/m/${meeting.id}`);
  await p.reads("声が入っています");
  await p.page.locator("video").first().waitFor();
  await look(p, "prejoin");
  await p.press("カメラを切る");
  await p.reads("カメラは切れています");
  await look(p, "prejoin-camera-off");
});

house.test("the door where camera and microphone are refused is sound at every size", async () => {
  const p = await house.person("refused", { browser: { refuses: true } });
  await p.signIn("takahashi");
  await p.open(`/m/${(await planned(p)).id}`);
  await p.page.getByRole("heading", { name: /^カメラの使用が/ }).waitFor();
  await look(p, "prejoin-refused");
});

house.test(
  "the screens of a meeting are sound at every size",
  async () => {
    const host = await somebody("satou", 0);
    const meeting = await host.opens("庁舎改修 工程会議");
    await host.joins(meeting);
    await host.page.locator("video").first().waitFor();
    await look(host, "room-alone");

    const a = await somebody("takahashi", 1, meeting);
    const b = await somebody("mori", 2, meeting);
    await a.joins(meeting);
    await b.joins(meeting);
    const guest = await house.person("guest", { browser: { look: looks[3] }, init: nameDevices });
    await guest.typesNumber(meeting.number, meeting.pin, "みほん建設 山田");
    await guest.enters();
    for (const p of [host, a]) for (const x of [a, b, guest]) if (x !== p) await p.entry(x.full).waitFor();
    await host.hearsAndSees(3, 40_000);

    const write = async (p, words) => {
      await p.page.getByLabel("メッセージ").fill(words);
      await p.page.keyboard.press("Enter");
      await host.page.getByTestId("message").filter({ hasText: words }).waitFor();
    };
    await write(a, "工程表は3ページの表2です。");
    await write(guest, "承知しました。足場の解体は来週の月曜から始めます。");
    await write(host, "ありがとうございます。議事録に入れます。");
    await look(host, "room");
    await host.press("全員を並べる");
    await host.button("話す人を大きく").waitFor();
    await look(host, "room-grid");
    await host.press("話す人を大きく");

    await b.press("手を挙げる");
    await host.entry(named.mori).getByText("挙手").waitFor();
    await a.mic.click();
    await a.reads("ミュート中に話しています");
    await look(a, "room-muted");
    await host.entry(named.takahashi).getByText("ミュート中").waitFor();

    await a.press("画面を見せる");
    await host.reads(/が画面を見せています$/);
    await until(
      "the shared screen is there",
      () =>
        host.page
          .locator("video")
          .first()
          .evaluate((v) => v.videoWidth > 640),
      30_000,
    );
    await look(host, "room-share");
    await look(a, "room-sharing", { keep: false });
    await a.page
      .getByRole("region", { name: "会議の操作" })
      .getByRole("button", { name: "見せるのをやめる", exact: true })
      .click();
    await host.text("が画面を見せています").waitFor({ state: "detached" });

    await a.mic.click();

    await host.press("拍手・反応");
    await host.page.getByRole("menuitem", { name: "拍手" }).waitFor();
    await look(host, "room-reactions", { resize: false });
    await host.page.keyboard.press("Escape");
    await host.press("会議の操作メニュー");
    await host.page.getByRole("menuitem", { name: "鍵をかける" }).waitFor();
    await look(host, "room-host-menu", { resize: false, keep: false });
    await host.page.getByRole("menuitem", { name: "招待の番号" }).click();
    await host.page.getByRole("dialog").waitFor();
    await look(host, "room-invite");
    await host.page.keyboard.press("Escape");
    await host.press(`${named.mori}さんの操作`);
    await host.page.getByRole("menuitem", { name: "退出してもらう" }).waitFor();
    await look(host, "room-person-menu", { resize: false, keep: false });
    await host.page.getByRole("menuitem", { name: "退出してもらう" }).click();
    await host.page.getByRole("alertdialog").waitFor();
    await look(host, "room-remove", { keep: false });
    await host.confirms("やめる");
    await host.press("困ったとき");
    await host.page.getByRole("dialog").waitFor();
    await look(host, "room-help");
    await host.page.keyboard.press("Escape");
    await host.doesForAll("鍵をかける");
    await host.reads("鍵をかけています。新しい方は入れません。");
    await look(host, "room-locked", { keep: false });

    const late = await somebody("inoue", 3);
    await late.open(`/m/${(await planned(late)).id}`);
    await late.typesNumber(meeting.number, meeting.pin);
    await until("the door is shut", async () => {
      if (await late.button("参加する", { exact: true }).isVisible()) await late.press("参加する", { exact: true });
      return late.text("主催者が鍵をかけています").first().isVisible();
    });
    await look(late, "refused-locked");

    await host.does("みほん建設 山田", "退出してもらう");
    await host.confirms("退出してもらう");
    await guest.page.getByRole("heading", { name: "主催者により退出しました" }).waitFor();
    await look(guest, "end-removed");

    await b.press("退出する");
    await b.page.getByRole("heading", { name: "退出しました" }).waitFor();
    await look(b, "end-left");

    house.outage = true;
    await house.server.kill();
    await host.reads("つなぎ直しています");
    await look(host, "room-recovering");
    await house.server.start();
    await host.hearsAndSees(1, 40_000);

    const first = a.page;
    a.page = await a.context.newPage();
    await a.joins(meeting);
    await first.getByRole("heading", { name: "別の画面で参加しています" }).waitFor();
    await look(a, "end-elsewhere", { page: first });

    await host.press("退出する");
    await host.page.getByRole("alertdialog").waitFor();
    await look(host, "room-leave");
    await host.press("全員の会議を終了する");
    await a.page.getByRole("heading", { name: "会議は終わりました" }).waitFor();
    await look(a, "end-ended");
  },
  300_000,
);

house.lastTest();
