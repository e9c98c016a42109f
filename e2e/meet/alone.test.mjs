// The first minute of a meeting: one person waits and calls the others in.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";

const house = House.forFile();

house.test("whoever is alone is told so, reads two numbers over the telephone, and sees who comes", async () => {
  const host = await house.person("host");
  await host.signIn("satou");
  const meeting = await host.opens("待つ会議");
  await host.joins(meeting);
  const waiting = host.page.getByRole("region", { name: "ほかの参加者を待っています" });
  await waiting.waitFor();
  const figures = waiting.getByRole("definition");
  assert.deepEqual(
    (await figures.allInnerTexts()).map((x) => x.replace(/\s/g, "")),
    [meeting.number, meeting.pin],
  );
  assert.deepEqual(await figures.evaluateAll((all) => all.map((el) => getComputedStyle(el).fontSize)), [
    "40px",
    "40px",
  ]);
  assert.match((await figures.allInnerTexts()).join(), /^\d{3} \d{3},\d{2} \d{2}$/);
  await waiting.getByText("電話で、次の2つを伝えてください。").waitFor();

  const guest = await house.person("guest");
  await guest.typesNumber(meeting.number, meeting.pin, "みほん建設 山田");
  await guest.enters();
  await waiting.waitFor({ state: "detached" });
  await host.tile("みほん建設 山田").waitFor();

  // The one who is not told the 暗証番号 by the server is shown no number, and waits all the same.
  await host.press("退出する");
  await host.confirms("退出する");
  const alone = guest.page.getByRole("region", { name: "ほかの参加者を待っています" });
  await alone.getByText("このままお待ちください").waitFor();
  assert.equal(await alone.getByRole("definition").count(), 0);
  assert.equal(await guest.button("招待の番号").count(), 0);
});

house.test("whoever waits behind a locked door is told of the lock instead of the numbers", async () => {
  const host = await house.person("host");
  await host.signIn("satou");
  await host.joins(await host.opens("鍵の会議"));
  const waiting = host.page.getByRole("region", { name: "ほかの参加者を待っています" });
  await waiting.getByRole("definition").first().waitFor();
  // What a host can do stands behind words, not behind dots.
  await host.button("会議の操作メニュー").getByText("会議の操作").waitFor();
  await host.doesForAll("鍵をかける");
  await waiting.getByText("鍵をかけています。新しい方は入れません。").waitFor();
  assert.equal(await waiting.getByRole("definition").count(), 0);
});

house.test("the one filled button of the first page leads into the meeting just made", async () => {
  const p = await house.person("filled");
  await p.signIn("satou");
  await p.joins(await p.opens("開催中の会議")); // so that the list has one that is going on
  await p.open("/");
  const filled = () =>
    p.page.evaluate(() =>
      [...document.querySelectorAll("main a, main button")]
        .filter((el) => getComputedStyle(el).backgroundColor === "rgb(0, 23, 193)")
        .map((el) => el.textContent?.trim()),
    );
  await p.link(/「開催中の会議」に参加する/).waitFor();
  assert.deepEqual(await filled(), ["参加する"]);
  await p.press("会議を開く");
  await p.link("この会議に入る").waitFor();
  await p.page.mouse.move(0, 0);
  await p.page.waitForFunction(() => document.getAnimations().every((a) => a.playState === "finished"));
  assert.deepEqual(await filled(), ["この会議に入る"]);
  // The numbers are there again after a look at the other tab.
  await p.page.getByRole("tab", { name: "番号で参加" }).click();
  await p.page.getByRole("tab", { name: "今すぐ会議" }).click();
  await p.link("この会議に入る").waitFor();
});

house.lastTest();
