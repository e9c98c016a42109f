// Every screen of the counter, of the customer display and of 練習: looked at, and kept as a picture.
import { atDesk, counters, customerOf, practiceCode, reads, result, sells } from "../lib/clerk.mjs";
import { House } from "../lib/house.mjs";
import { look } from "../lib/look.mjs";

const house = House.forFile();
const passing = { keep: false };

house.test("the counter is opened on sound screens", async () => {
  const p = await house.person("clerk");
  await p.signIn("yoshida");
  await p.open("/till");
  await p.reads("市民体育館 受付");
  await look(p, "till-home");
  const c = (await counters(p)).find((x) => x.number === 1);
  await p.open(`/till/open/${c.id}`);
  await p.reads("これを読み取ってください");
  await look(p, "till-open");
  await p.press("リーダーで正しく読めないとき");
  await p.page.getByRole("dialog").waitFor();
  await look(p, "till-reader");
  await p.page.keyboard.press("Escape");
  await reads(p, "qr.example.jp/28180104");
  await p.reads("読み取りました");
  await p.press("開局する");
  await p.page.getByRole("alert").waitFor();
  await look(p, "till-open-differs");
});

house.test("a sale and its results are sound screens", async () => {
  const p = await atDesk(house, { number: 2 });
  await look(p, "till-sale-empty", passing);
  await sells(p, "住民票の写し", "住民票の写し", "印鑑登録証明書", "戸籍全部事項証明書");
  await p.page.getByRole("button", { name: "減免にする 戸籍全部事項証明書" }).click();
  await p.page.getByRole("dialog").waitFor();
  await look(p, "till-reduce", passing);
  await p.press("児童扶養手当（100%減）");
  await look(p, "till-sale");
  await p.press(/画面のQRを見せる/);
  await result(p, "お客様の支払いを待っています").waitFor();
  await look(p, "till-waiting");
  const customer = await customerOf(house, p);
  await look(customer, "practice-pay", { resize: false });
  await customer.press("支払う", { exact: true });
  await result(p, "支払い完了").waitFor();
  await look(p, "till-paid");
  await p.press("次のお客様へ");

  await sells(p, "住民票の写し");
  await reads(p, await practiceCode(p, "no_answer"));
  await result(p, "確認中").waitFor();
  await look(p, "till-unknown");
  await p.press("次のお客様を先に受ける");
  await sells(p, "納税証明書");
  await look(p, "till-strip");
  await p.press(/お客様のコードを読む/);
  await result(p, "お客様のコードを読み取ってください").waitFor();
  await look(p, "till-read");
  await reads(p, await practiceCode(p, "insufficient_funds"));
  await result(p, "支払われていません").waitFor();
  await look(p, "till-not-paid");
  await p.press("もう一度お支払い方法を選ぶ");
  await result(p, "お支払い方法を選んでください").waitFor();
  await p.reads("現金で受け取る");
  await look(p, "till-choose");
  await p.press("現金で受け取る");
  await p.page.getByLabel("お預かり").fill("1000");
  await look(p, "till-cash");
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  await look(p, "till-paid-cash");
  await p.press("次のお客様へ");
  await p.open("/till/sales");
  await p.reads("2-0001");
  await look(p, "till-sales");
  await p.page.getByRole("link", { name: "2-0001" }).click();
  await p.reads("支払いの記録");
  await look(p, "till-sale-detail");
  await p.press("取り消す（当日・全額）");
  await p.page.getByRole("dialog").waitFor();
  await look(p, "till-void", passing);
});

house.test("a payment by sticker has sound screens", async () => {
  const p = await atDesk(house, { number: 1, training: false, login: "yamamoto" });
  await sells(p, "住民票の写し");
  await look(p, "till-sale-real", passing);
  await p.press(/お客様のコードを読む/);
  // No provider is set up in the sample town: the ways say so instead of asking for a code in vain.
  await p.reads("見本のステッカー（左）");
  await look(p, "till-choose-real", passing);
  await p.press("見本のステッカー（左）");
  await result(p, "お客様の画面を確かめてください").waitFor();
  await p.press("3つとも確かめました");
  await look(p, "till-sticker");
});

house.test("the customer display is sound in three languages", async () => {
  const d = await house.person("display", { context: { viewport: { width: 1024, height: 600 } } });
  const tablet = { resize: false };
  await d.open("/display");
  const code = await d.page.getByTestId("code").innerText();
  await look(d, "display-pairing", tablet);
  const p = await atDesk(house, { number: 11 });
  const at = (t) => d.page.getByRole("heading", { name: t, exact: true, level: 1 }).waitFor();
  const paired = await p.api("POST", `/api/till/counters/${p.counter.id}/display`, {
    key: crypto.randomUUID(),
    code: code.replace(" ", ""),
  });
  if (paired.status !== 201) throw new Error(JSON.stringify(paired.body));
  await at("いらっしゃいませ");
  await look(d, "display-idle", { ...tablet, keep: false });
  await sells(p, "住民票の写し", "住民票の写し", "印鑑登録証明書");
  await p.press(/お客様のコードを読む/);
  await at("お支払い金額");
  await look(d, "display-amount", { ...tablet, keep: false });
  await p.press("ほかの方法にする");
  await p.press("練習用ウォレット");
  await d.reads("右のQRコードを読み取ります");
  for (const [name, picture] of [
    ["English", "display-english"],
    ["やさしい日本語", "display-easy"],
    ["日本語", "display-pay"],
  ]) {
    await d.press(name, { exact: true });
    await look(d, picture, tablet);
  }
  const customer = await customerOf(house, p);
  await customer.press("支払う", { exact: true });
  await at("お支払いが完了しました");
  await look(d, "display-paid", tablet);
  await p.press("次のお客様へ");
  await sells(p, "身分証明書");
  await reads(p, await practiceCode(p, "no_answer"));
  await at("お支払いの結果を確かめています");
  await look(d, "display-unknown", tablet);
  await p.open("/practice");
  await p.press("支払う", { exact: true });
  await look(p, "practice");
});

house.lastTest();
