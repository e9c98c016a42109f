// 開局, the sticker on the counter, and giving money back: where a clerk has to look, and a second person has to agree.
import assert from "node:assert/strict";
import { atDesk, counters, reads, result, sales, sells, sticker } from "../lib/clerk.mjs";
import { House } from "../lib/house.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

house.test("another sticker than the registered one keeps the counter closed and says what to do", async () => {
  const p = await house.person("clerk");
  await p.signIn("yoshida");
  await p.open("/");
  await p.page.getByRole("link", { name: /^窓口/ }).click();
  await p.page.getByRole("article", { name: "市民課 1番窓口" }).getByRole("link", { name: "開局する" }).click();
  await p.reads("これを読み取ってください");
  await p.press("開局する");
  await p.reads("まだ読み取っていないステッカーがあります。");
  // Also while the focus is in the field for the change in the drawer, which keeps what was typed.
  await p.page.getByLabel("つり銭（円）").fill("30000");
  await reads(p, "HTTPS://QR.PAYPAY.NE.JP/28180104ZZZZZZZZ".toLowerCase().replace("https://", ""));
  await p.reads("読み取りました");
  assert.equal(await p.page.getByLabel("つり銭（円）").inputValue(), "30000");
  await p.press("開局する");
  const alert = p.page.getByRole("alert");
  await alert.getByRole("heading", { name: "このステッカーは、登録したものと違います" }).waitFor();
  assert.match(await alert.innerText(), /張り替えられたおそれ/);
  assert.equal((await counters(p)).find((c) => c.number === 1).session, undefined);
  await p.press("最初から読み取り直す");
  await p.reads("これを読み取ってください");
});

house.test("the camera reads the registered sticker, and the counter opens", async () => {
  const p = await house.person("clerk", { browser: { code: sticker } });
  await p.signIn("yoshida");
  const c = (await counters(p)).find((x) => x.number === 1);
  await p.open(`/till/open/${c.id}`);
  await p.press("この端末のカメラで読む");
  await p.reads("読み取りました");
  await p.page.getByLabel("つり銭（円）").fill("30000");
  await p.press("開局する");
  await p.page.getByRole("heading", { name: "お支払い方法", exact: true }).waitFor();
  const open = (await counters(p)).find((x) => x.number === 1).session;
  assert.equal(open.float, 30000);
  assert.equal(open.training, false);
});

house.test(
  "a payment by sticker is taken when amount, time and number were compared, and is not called 支払い完了",
  async () => {
    const p = await atDesk(house, { training: false });
    await sells(p, "住民票の写し");
    await p.press(/窓口のステッカー/);
    await result(p, "お客様の画面を確かめてください").waitFor();
    await p.press("3つとも確かめました");
    await p.reads("お客様の画面の金額を確かめて、印を付けてください。");
    await p.reads("時刻を 14:05 のように入れてください。");
    await p.reads("4文字で入れてください。");
    await p.page.getByText("支払った金額は 300円").click();
    const minutesAgo = (n) =>
      new Intl.DateTimeFormat("ja-JP", {
        timeZone: "Asia/Tokyo",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
      }).format(new Date(Date.now() - n * 60_000));
    await p.page.getByLabel("画面の時刻").fill(minutesAgo(30));
    await p.page.getByLabel("取引番号の最後の4文字").fill("５５６０");
    await p.press("3つとも確かめました");
    await p.reads(/いまから2分以内ではありません/);
    await p.page.getByLabel("画面の時刻").fill(minutesAgo(0));
    await p.press("3つとも確かめました");
    await result(p, "お客様の画面で確認しました").waitFor();
    await p.reads(/精算ファイルと合うまでは/);
    assert.equal((await sales(p))[0].attempt_state, "customer_shown");
    await p.press("次のお客様へ");
  },
);

house.test("a void needs a reason and a second person, who is not the one who asked", async () => {
  const p = await atDesk(house, { training: false });
  await sells(p, "納税証明書");
  await p.press(/現金/);
  await p.page.getByLabel("お預かり").fill("1000");
  await p.press("受け取りました");
  await result(p, "支払い完了").waitFor();
  const { sale } = (await sales(p))[0];
  await p.open("/till/sales");
  await p.page.getByLabel("会計番号・取引番号").fill(sale.label);
  await p.page.getByRole("link", { name: sale.label }).click();
  await p.press("取り消す（当日・全額）");
  await p.press("承認を申請する");
  await p.reads("理由を入れてください。");
  await p.page.getByLabel("理由", { exact: true }).fill("1通多く請求した");
  await p.button("承認を申請する").dblclick();
  await p.reads("承認待ち");
  assert.equal(await p.button("承認する", { exact: true }).count(), 0, "who asked cannot agree");
  await p.button("申請を取り下げる").waitFor();

  const q = await house.person("second");
  await q.signIn("yamamoto");
  await q.open("/till");
  await q.page.getByRole("link", { name: "取消・還付の承認（1件）" }).click();
  await q.reads("1通多く請求した");
  await q.press("承認する", { exact: true });
  await q.reads(/窓口で現金をお渡しください/); // and of no provider
  await q.confirms("承認する");
  await q.reads("返金済み");
  await until(
    "the sale is voided",
    async () => (await q.api("GET", `/api/till/sales/${sale.id}`)).body.sale.state === "voided",
  );
  await p.reads("返金済み");
});

house.test("who does not work at the counter sees neither its card nor its pages", async () => {
  const p = await house.person("staff");
  await p.signIn("satou");
  await p.open("/");
  await p.page.getByRole("heading", { name: "今日の会議" }).waitFor();
  assert.equal(await p.page.getByRole("link", { name: /^窓口/ }).count(), 0);
  await p.open("/till");
  await p.reads("このページは窓口職員と会計課だけが使えます");
});

house.lastTest();
