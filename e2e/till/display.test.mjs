// The screen that faces the customer: paired by a number, and always at the same point as the counter.
import assert from "node:assert/strict";
import { atDesk, customerOf, practiceCode, reads, result, sells } from "../lib/clerk.mjs";
import { House } from "../lib/house.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test("a tablet is paired by its number, follows a sale to the result and goes back to its greeting", async () => {
  const d = await house.person("display", { context: { viewport: { width: 1024, height: 600 } } });
  await d.open("/display");
  const code = await d.page.getByTestId("code").innerText();
  assert.match(code, /^\d{3} \d{3}$/);
  const p = await atDesk(house, { number: 2 });
  const dialog = p.page.getByRole("dialog");
  await p.press("メニュー");
  await p.page.getByRole("menuitem", { name: "お客様の画面をつなぐ" }).click();
  await dialog.getByLabel("タブレットの番号").fill("12");
  await dialog.getByRole("button", { name: "つなぐ", exact: true }).click();
  await p.reads("6けたの数字を入れてください。");
  await dialog.getByLabel("タブレットの番号").fill(code);
  await dialog.getByRole("button", { name: "つなぐ", exact: true }).click();
  await dialog.getByText("つながっています").waitFor();
  await p.page.keyboard.press("Escape");
  const says = (t) => d.page.getByRole("heading", { name: t, exact: true, level: 1 }).waitFor();
  await says("いらっしゃいませ");
  assert.equal(await d.page.getByTestId("watermark").count(), 1, "練習 stands all over it");

  await sells(p, "住民票の写し", "住民票の写し", "印鑑登録証明書");
  await p.press(/お客様のコードを読む/);
  await says("お支払い金額");
  assert.match(await d.page.getByRole("main").innerText(), /900\s*円/);
  await p.press("ほかの方法にする");
  await p.press("練習用ウォレット");
  await d.page.getByRole("img", { name: "お支払い用のQRコード" }).waitFor();
  // The languages: the words and `lang` change, the amount stays.
  await d.press("English");
  await d.reads("Scan the QR code on the right");
  await d.press("やさしい日本語");
  assert.equal((await d.page.locator("[lang=ja-x-easy]").first().locator("rt").count()) > 3, true);
  await d.press("日本語", { exact: true });
  await d.page.reload();
  await d.reads("右のQRコードを読み取ります");
  const customer = await customerOf(house, p);
  await customer.press("支払う", { exact: true });
  await says("お支払いが完了しました");
  await p.press("次のお客様へ");
  await says("いらっしゃいませ");

  await sells(p, "身分証明書");
  await reads(p, await practiceCode(p, "no_answer"));
  await result(p, "確認中").waitFor();
  await says("お支払いの結果を確かめています");
  await d.reads("もう一度支払わないでください");
  await p.press("次のお客様を先に受ける");
  await says("いらっしゃいませ");

  await p.press("メニュー");
  await p.page.getByRole("menuitem", { name: "お客様の画面をつなぐ" }).click();
  await dialog.getByRole("button", { name: "外す" }).click();
  await until(
    "the tablet shows a number again",
    async () => /^\d{3} \d{3}$/.test(await d.page.getByTestId("code").innerText()),
    40_000,
  );
});

house.lastTest();
