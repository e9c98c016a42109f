// When nobody knows whether it was paid: the screen says so, lets nobody charge again, and holds it in sight until it is known.
import assert from "node:assert/strict";
import { atDesk, customerOf, practiceCode, reads, result, sales, sells, session } from "../lib/clerk.mjs";
import { House } from "../lib/house.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test("a bad signal is 確認中 without a way to charge again, and becomes 支払い完了 by itself", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し");
  await p.press(/画面のQRを見せる/);
  await result(p, "お客様の支払いを待っています").waitFor();
  const customer = await customerOf(house, p);
  await customer.press("電波が悪いことにする");
  await customer.reads("電波が悪く、結果が分かりません");
  await result(p, "確認中").waitFor();
  const main = p.page.getByRole("main");
  for (const box of ["いまの状況", "お客様への伝え方", "このあと自動で行うこと", "引き継ぎ"])
    await main.getByRole("heading", { name: box }).waitFor();
  const words = await p.page.locator("body").innerText();
  assert.match(words, /もう一度請求しないでください/);
  assert.match(await main.innerText(), /\d\d:\d\d:\d\d/, "a clock time of what happens by itself");
  const buttons = await p.page.getByRole("button").allInnerTexts();
  assert.deepEqual(
    buttons.filter((b) => /請求|支払い方法|現金|コードを/.test(b) && !/お客様の画面/.test(b)),
    [],
    "no way to charge",
  );
  const before = (await sales(p)).length;
  await reads(p, await practiceCode(p, "paid"));
  await p.reads("確認中です。もう一度請求しないでください。読み取ったコードは使っていません。");
  await p.page.reload();
  await result(p, "確認中").waitFor();
  await result(p, "支払い完了").waitFor({ timeout: 60_000 });
  const rows = await sales(p);
  assert.equal(rows.length, before);
  const detail = (await p.api("GET", `/api/till/sales/${rows[0].sale.id}`)).body;
  assert.equal(detail.attempts.length, 1);
  await p.press("次のお客様へ");
});

house.test("the next customer is served meanwhile; the earlier one stays in sight until the end is read", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し");
  await reads(p, await practiceCode(p, "no_answer"));
  await result(p, "確認中").waitFor();
  const label = (await session(p)).open[0].sale.label;
  await p.press("次のお客様を先に受ける");
  const strip = p.page.getByRole("button", { name: new RegExp(`^${label}`) });
  await strip.waitFor();
  await p.reads("確認中の会計が 1件");
  await sells(p, "身分証明書");
  await p.page.reload();
  await strip.waitFor();
  await p.press(/現金/);
  await p.page.getByLabel("お預かり").fill("300");
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  await strip.waitFor();
  await p.press("次のお客様へ");
  await until(
    "the strip tells the end",
    async () => /支払い完了|支払われていません/.test(await strip.innerText()),
    60_000,
  );
  await strip.click();
  await p.page.getByRole("heading", { level: 1, name: /支払い完了|支払われていません/ }).waitFor();
});

house.test("a server that was away for a moment loses nothing of a sale", async () => {
  const p = await atDesk(house, { number: 2 });
  await sells(p, "住民票の写し", "印鑑登録証明書");
  await p.press(/お客様のコードを読む/);
  await result(p, "お客様のコードを読み取ってください").waitFor();
  house.outage = true;
  await house.server.kill();
  await p.reads("つなぎ直しています");
  await house.server.start();
  await until("the line is back", async () => (await p.text("つなぎ直しています").count()) === 0, 30_000);
  await reads(p, await practiceCode(p, "paid"));
  await result(p, "支払い完了").waitFor();
  assert.equal((await sales(p)).length, 1);
});

house.lastTest();
