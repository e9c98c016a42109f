// /check: whether this PC can take part, and a report for those who can mend it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { House } from "../lib/house.mjs";

const house = House.forFile({ guide: true });

/** Runs the test to its verdict; the tones are heard. @param {import("../lib/person.mjs").Person} p */
async function runs(p) {
  const offered = p.page.waitForResponse((r) => r.url().endsWith("/api/check") && r.request().method() === "POST");
  await p.press("調べる");
  const ticket = await (await offered).json();
  await p.button("音を鳴らす").waitFor({ timeout: 40_000 });
  await p.press("音を鳴らす");
  await p.press("はい");
  await p.button("結果を保存する").waitFor();
  return ticket;
}

const marks = async (p) =>
  Object.fromEntries(
    await p.page
      .locator("[data-testid^=check-]")
      .evaluateAll((rows) => rows.map((r) => [r.dataset.testid.slice(6), r.dataset.mark])),
  );

house.test("signed out, at a PC where all is well, every row is good and the verdict says so", async () => {
  const p = await house.person("visitor");
  await p.open("/signin");
  await p.link("接続テスト").click();
  await runs(p);
  await p.page.getByRole("heading", { name: "会議に参加できます" }).waitFor();
  assert.deepEqual(await marks(p), {
    certificate: "good",
    signal: "good",
    path: "good",
    line: "good",
    mic: "good",
    speaker: "good",
    camera: "good",
  });
  await p.reads("このパソコンはサーバーを信頼しています");
  await p.reads("直通（UDP）と予備（TLS）の両方が使えます");
});

house.test("the report can be saved, says in Japanese what was found, and holds no secret", async () => {
  const p = await house.person("satou");
  await p.signIn("satou");
  const cookies = await p.context.cookies();
  await p.open("/check");
  const ticket = await runs(p);
  const coming = p.page.waitForEvent("download");
  await p.press("結果を保存する");
  const file = await coming;
  assert.match(file.suggestedFilename(), /^yakusho-check-\d{8}-\d{4}\.txt$/);
  const text = await readFile(await file.path(), "utf8");
  assert.match(text, /^\uFEFF接続テストの結果\r\n/);
  assert.match(text, /結論: 会議に参加できます/);
  assert.match(text, /\[良好\] 声と映像の通り道: 直通（UDP）と予備（TLS）の両方が使えます/);
  assert.match(text, /佐藤 美咲/);
  assert.equal(JSON.parse(text.split("--- JSON ---")[1]).rows.length, 7);
  const secrets = [
    ticket.token,
    ...ticket.ice_servers.flatMap((s) => [s.username, s.credential]),
    ...cookies.map((c) => c.value),
  ];
  assert.ok(secrets.length >= 4);
  for (const s of secrets) assert.ok(!text.includes(s), "no token, credential or cookie is in the report");
});

house.test(
  "where the certificate warning was only clicked away, the test says so and where the certificate is",
  async () => {
    const p = await house.person("untrusting", { browser: { trusts: false }, context: { ignoreHTTPSErrors: true } });
    await p.open("/check");
    await runs(p);
    const m = await marks(p);
    assert.deepEqual([m.certificate, m.signal, m.path], ["bad", "good", "good"]);
    await p.reads("証明書が入っていません。警告を飛ばして画面を開いても、予備の通り道は使えません");
    await p.reads("直通（UDP）が使えます。予備（TLS）は使えません");
    assert.equal(await p.link("証明書の入れ方を見る").getAttribute("href"), `${house.server.guide}/`);
  },
);

house.test("where camera and microphone are refused the verdict is to listen, with the cause", async () => {
  const p = await house.person("refused", { browser: { refuses: true } });
  await p.open("/check");
  await runs(p);
  await p.page.getByRole("heading", { name: "聞くだけなら参加できます" }).waitFor();
  const m = await marks(p);
  assert.deepEqual([m.certificate, m.path, m.mic, m.camera], ["good", "good", "bad", "bad"]);
});

house.test("pressing もう一度調べる again and again never turns a good line into a bad verdict", async () => {
  const p = await house.person("impatient");
  await p.open("/check");
  await runs(p);
  for (let n = 0; n < 3; n++) {
    await p.press("もう一度調べる");
    await p.button("音を鳴らす").waitFor({ timeout: 40_000 });
    await p.press("音を鳴らす");
    await p.press("はい");
    await p.button("結果を保存する").waitFor();
    assert.equal((await marks(p)).line, "good", await p.page.getByTestId("check-line").innerText());
  }
});

house.lastTest();
