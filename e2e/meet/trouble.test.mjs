// What goes wrong in an office: the server dies, the camera is forbidden, the page is opened on the wrong address.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { meetingOf } from "../lib/meeting.mjs";
import { named } from "../lib/person.mjs";

const house = House.forFile();

house.test(
  "the server is killed in mid-meeting, and all three are back within ten seconds without a reload",
  async () => {
    const { people } = await meetingOf(house, ["satou", "takahashi", "inoue"]);
    const [host, a] = people;
    await Promise.all(people.map((p) => p.hearsAndSees(2)));
    await host.page.getByLabel("メッセージ").fill("停電の前");
    await host.page.keyboard.press("Enter");
    for (const p of people) await p.page.getByTestId("message").filter({ hasText: "停電の前" }).waitFor();
    for (const p of people) await p.page.evaluate(() => (window.__sameDocument = true));

    house.outage = true;
    await house.server.kill();
    const from = performance.now();
    await Promise.all(people.map((p) => p.reads("つなぎ直しています")));
    await house.server.start();
    await Promise.all(people.map((p) => p.hearsAndSees(2, 30_000)));
    const ms = performance.now() - from;
    for (const p of people) {
      assert.equal(await p.page.evaluate(() => window.__sameDocument), true, "the same document, not a reloaded one");
      await p.text("つなぎ直しています").first().waitFor({ state: "detached" });
      assert.equal(await p.page.getByTestId("message").filter({ hasText: "停電の前" }).count(), 1);
      assert.equal(await p.page.getByTestId("person").count(), 3);
    }
    assert.ok(ms <= 10_000, `all were back after ${Math.round(ms)} ms, counted from the kill`);
    // And the meeting goes on as before: who was host still is, what is written now arrives.
    await host.button(`${named.takahashi}さんの操作`).waitFor();
    await a.page.getByLabel("メッセージ").fill("停電の後");
    await a.page.keyboard.press("Enter");
    for (const p of people) await p.page.getByTestId("message").filter({ hasText: "停電の後" }).waitFor();
  },
);

house.test("a message written while the server is away is sent when it is back", async () => {
  const { people } = await meetingOf(house, ["satou", "takahashi"]);
  const [a, b] = people;
  house.outage = true;
  await house.server.kill();
  await a.reads("つなぎ直しています");
  await a.page.getByLabel("メッセージ").fill("停電中に書きました");
  await a.page.keyboard.press("Enter");
  await a.reads("送っています");
  await house.server.start();
  await b.page.getByTestId("message").filter({ hasText: "停電中に書きました" }).waitFor({ timeout: 30_000 });
  await a.text("送っています").waitFor({ state: "detached" });
  assert.equal(await b.page.getByTestId("message").count(), 1, "once, not twice");
});

house.test(
  "where the browser refuses camera and microphone the page says how to allow them, and lets in all the same",
  async () => {
    const { people, meeting } = await meetingOf(house, ["satou"]);
    const p = await house.person("refused", { browser: { refuses: true } });
    await p.signIn("takahashi");
    await p.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
    await p.open(`/m/${meeting.id}`);
    await p.page.getByRole("heading", { name: /^カメラの使用が(止められています|まだ許可されていません)$/ }).waitFor();
    await p.reads(/^マイクの使用が(止められています|まだ許可されていません)$/);
    await p.enters();
    await p.mic.getByText(/マイクなし|マイクが使えません/).waitFor();
    await p.hearsAndSees(1);
    await people[0].entry(named.takahashi).getByText("聞くだけ").waitFor();
  },
);

house.test("where the address is not secure the page explains it instead of failing", async () => {
  const p = await house.person("insecure", {
    init: () => Object.defineProperty(window, "isSecureContext", { get: () => false }),
  });
  await p.open("/m/anything");
  await p.page.getByRole("heading", { name: "このアドレスでは会議を使えません" }).waitFor();
  await p.reads("カメラとマイクは、暗号化された安全な接続（https）でだけ使えます");
});

house.lastTest();
