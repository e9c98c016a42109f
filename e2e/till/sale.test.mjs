// One customer after the other at a counter in 練習モード: every way to pay, and everything a clerk does by accident.
import assert from "node:assert/strict";
import { atDesk, customerOf, key, practiceCode, reads, result, sales, sells, session } from "../lib/clerk.mjs";
import { House } from "../lib/house.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

const total = (p) => p.page.getByRole("region", { name: "会計の内容" }).getByText(/^合計/).locator("..");
const attempts = async (p, sale) => (await p.api("GET", `/api/till/sales/${sale.id}`)).body.attempts;

house.test("a customer reads the code on our screen, pays, and the next one comes", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し", "住民票の写し", "印鑑登録証明書", "戸籍全部事項証明書");
  await p.page.getByRole("button", { name: "減免にする 戸籍全部事項証明書" }).click();
  await p.press("児童扶養手当（100%減）");
  await p.reads("減免：児童扶養手当");
  assert.match(await total(p).innerText(), /合計\s*4通\s*900\s*円/);
  await p.press(/画面のQRを見せる/);
  await result(p, "お客様の支払いを待っています").waitFor();
  const customer = await customerOf(house, p);
  assert.match(await customer.page.getByRole("main").innerText(), /900\s*円/);
  await customer.press("支払う", { exact: true });
  await customer.reads("支払いました");
  await result(p, "支払い完了").waitFor();
  const [row] = await sales(p);
  assert.equal(row.sale.state, "paid");
  assert.equal(row.sale.total, 900);
  await p.press("次のお客様へ");
  await p.reads("料金表から品目を選んでください");
});

house.test(
  "the reader works with the Japanese IME on and the focus anywhere, and a shaky trigger charges once",
  async () => {
    const p = await atDesk(house);
    await sells(p, "納税証明書");
    const before = (await sales(p)).length;
    // The focus stays on the key of the price list: what the reader types there must neither count nor press it.
    await key(p, /^納税証明書/).focus();
    await reads(p, await practiceCode(p, "paid"), { times: 3 });
    await result(p, "支払い完了").waitFor();
    const rows = await sales(p);
    assert.equal(rows.length, before + 1);
    assert.equal(rows[0].sale.count, 1, "the figures of the code are no count");
    assert.equal((await attempts(p, rows[0].sale)).length, 1);
    await p.press("次のお客様へ");
  },
);

house.test("a code read without a sale, or on a result, is not used", async () => {
  const p = await atDesk(house);
  const before = (await sales(p)).length;
  await reads(p, await practiceCode(p, "paid"));
  await p.reads("先に品目を選んでください。読み取ったコードは使っていません。");
  assert.equal((await sales(p)).length, before);
  await sells(p, "納税証明書");
  const code = await practiceCode(p, "paid");
  await p.press(/現金/);
  await p.page.getByLabel("お預かり").fill("300");
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  await reads(p, code);
  await p.reads(/この会計は支払いが済んでいます/);
  assert.equal((await attempts(p, (await sales(p))[0].sale)).length, 1);
  await p.press("次のお客様へ");
  // The code was really left alone.
  await sells(p, "納税証明書");
  await until("the same code is heard again", async () => {
    await reads(p, code);
    return result(p, "支払い完了").isVisible();
  });
  await p.press("次のお客様へ");
});

house.test("a double click is one click, at every button that moves something", async () => {
  const p = await atDesk(house);
  const before = (await sales(p)).length;
  await sells(p, "納税証明書");
  await p.button(/画面のQRを見せる/).dblclick();
  await result(p, "お客様の支払いを待っています").waitFor();
  let rows = await sales(p);
  assert.equal(rows.length, before + 1);
  assert.equal((await attempts(p, rows[0].sale)).length, 1);
  await p.button("取りやめる", { exact: true }).dblclick();
  await result(p, "支払われていません").waitFor();
  await p.reads("窓口で取りやめました。");
  await p.press("もう一度お支払い方法を選ぶ");
  await p.press("現金で受け取る");
  await p.page.getByLabel("お預かり").fill("1000");
  await p.button("受け取りました").dblclick();
  await result(p, "支払い完了").waitFor();
  rows = await sales(p);
  assert.equal(rows.length, before + 1);
  const states = (await attempts(p, rows[0].sale)).map((a) => a.state);
  assert.equal(states.length, 2);
  assert.ok(["not_paid", "reversed"].includes(states[0]), states[0]);
  assert.equal(states[1], "paid");
  await p.press("次のお客様へ");
});

house.test("cash: too little is not taken, the change is the largest figure", async () => {
  const p = await atDesk(house);
  await sells(p, "所得・課税証明書", "戸籍全部事項証明書");
  await p.press(/現金/);
  await p.page.getByLabel("お預かり").fill("７００");
  await p.reads("あと 50円 足りません");
  await p.press("受け取りました");
  await p.reads("請求額以上の金額を入れてください。");
  await p.press(/1,000円/);
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  const words = await p.page.getByRole("main").innerText();
  assert.match(words, /おつり\s*250\s*円/);
  await p.press("次のお客様へ");
});

house.test("a whole sale by the keyboard alone", async () => {
  const p = await atDesk(house);
  // At the pace of a person: what comes quicker is a barcode reader.
  const press = (k) => p.page.keyboard.press(k, { delay: 80 });
  await p.page.getByRole("tab", { name: "よく使う品目" }).focus();
  await press("Tab"); // into the price list, which is one stop
  await press("ArrowRight");
  await press("ArrowDown");
  await press("Enter");
  const chosen = await p.page.evaluate(() => document.activeElement?.textContent);
  await press("3"); // a figure sets the count
  await until("the count is three", async () => /合計\s*3通/.test(await total(p).innerText()));
  await press("Delete");
  await p.reads("料金表から品目を選んでください");
  await press("Enter");
  assert.ok(chosen);
  await press("F2"); // to the ways to pay
  assert.match(await p.page.evaluate(() => document.activeElement?.textContent ?? ""), /お客様のコードを読む/);
  for (let n = 0; n < 4; n++) {
    if (/^現金/.test(await p.page.evaluate(() => document.activeElement?.textContent ?? ""))) break;
    await press("Tab");
  }
  await press("Enter");
  await p.page.getByLabel("お預かり").waitFor();
  await p.page.keyboard.type("10000", { delay: 80 });
  await press("Enter");
  await result(p, "支払い完了").waitFor();
  await press("Enter"); // 次のお客様へ has the focus
  await p.reads("料金表から品目を選んでください");
});

house.test("nothing is lost by a reload: the cart, the waiting, the result", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し", "身分証明書");
  await p.page.reload();
  await until("the cart is there", async () => /合計\s*2通\s*600/.test(await total(p).innerText()));
  await p.press(/画面のQRを見せる/);
  await result(p, "お客様の支払いを待っています").waitFor();
  await p.page.reload();
  await result(p, "お客様の支払いを待っています").waitFor();
  const customer = await customerOf(house, p);
  await customer.press("支払う", { exact: true });
  await result(p, "支払い完了").waitFor();
  await p.page.reload();
  await result(p, "支払い完了").waitFor();
  await p.press("次のお客様へ");
  await p.page.reload();
  await p.reads("料金表から品目を選んでください");
});

house.test("a fixed sale can be changed: it is given up and its lines come back", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し", "住民票の写し");
  await p.press(/お客様のコードを読む/);
  await result(p, "お客様のコードを読み取ってください").waitFor();
  await p.press("ほかの方法にする");
  await p.press("品目を直す");
  await until("the cart is back", async () => /合計\s*2通\s*600/.test(await total(p).innerText()));
  assert.equal((await session(p)).open.length, 0);
  assert.equal((await sales(p))[0].sale.state, "drop");
  await p.press("すべて消す");
});

house.test("somebody without the money is told why, and pays in another way", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し");
  await reads(p, await practiceCode(p, "insufficient_funds"));
  await result(p, "支払われていません").waitFor();
  await p.reads("残高が足りません。チャージしてもらうか、ほかの支払い方法をご案内ください。");
  await p.press("もう一度お支払い方法を選ぶ");
  await result(p, "お支払い方法を選んでください").waitFor();
  await reads(p, await practiceCode(p, "paid"));
  await result(p, "支払い完了").waitFor();
  await p.press("次のお客様へ");
});

house.test("a sale that is reduced to nothing is paid with that", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し");
  await p.page.getByRole("button", { name: "減免にする 住民票の写し" }).click();
  await p.press("公用（100%減）");
  await p.press(/現金/);
  await result(p, "支払い完了").waitFor();
  await p.reads("お支払いはありません（減免）。");
  await p.press("次のお客様へ");
});

house.test("the statement is printed on paper of 80 mm with what was paid", async () => {
  const p = await atDesk(house);
  await sells(p, "住民票の写し");
  await p.press(/現金/);
  await p.page.getByLabel("お預かり").fill("300");
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  await p.page.evaluate(() => {
    window.print = () => {
      window.__printed = document.querySelector("[data-testid=slips]")?.textContent;
      window.__sheet = [...document.querySelectorAll("style")]
        .map((s) => s.textContent)
        .find((s) => s?.includes("@page"));
    };
  });
  await p.press("利用明細を印刷");
  const [text, sheet] = await until("it is printed", () =>
    p.page.evaluate(() => window.__printed && [window.__printed, window.__sheet]),
  );
  assert.match(text, /住民票の写し/);
  assert.match(text, /練習/);
  assert.match(sheet, /size: 80mm \d+mm/);
  await p.press("次のお客様へ");
});

house.lastTest();
