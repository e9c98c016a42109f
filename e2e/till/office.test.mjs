// Behind the counters: a day is closed by two people, a provider's file is matched to the yen, prices and 告示 decide what
// can be sold and how it can be paid.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { House } from "../lib/house.mjs";
import { cash, day, opens, owes, paypay, shows } from "../lib/office.mjs";
import { Paysim } from "../lib/paysim.mjs";
import { until } from "../lib/until.mjs";

const sim = new Paysim();
const house = House.forFile({ config: () => sim.start() });
after(() => sim.stop());

/** Chooses in one of our select fields, by keyboard as well as any. */
async function chooses(p, label, option, within = p.page) {
  await within.getByRole("button", { name: label }).click();
  await p.page.getByRole("option", { name: option }).click();
}

house.test("a day is closed by a second person, and not by the one who signed", async () => {
  const clerk = await house.person("clerk");
  await clerk.signIn("yoshida");
  const s = await opens(clerk);
  await cash(clerk, s.id, ["住民票の写し", 2]);
  await cash(clerk, s.id, ["住民票の写し", 1, "児童扶養手当"]);
  await paypay(clerk, sim, s.id, ["印鑑登録証明書", 1]);
  await clerk.open(`/till/s/${s.id}/daybook`);
  await clerk.reads("現金はまだ数えていません");
  assert.equal(await clerk.text("一致", { exact: true }).count(), 0, "nothing agrees before the settlement file");
  await clerk.reads("事業者に照会済み（精算前）");

  await clerk.press("現金を数える");
  const dialog = clerk.page.getByRole("dialog");
  await dialog.getByLabel("10,000円札").fill("３");
  await dialog.getByLabel("500円玉").fill("1");
  await dialog.getByText("100円 足りません").waitFor();
  await dialog.getByLabel("100円玉").fill("1");
  await dialog.getByText("過不足はありません").waitFor();
  await clerk.page.keyboard.press("Escape"); // interrupted by a customer: what was typed stays
  await clerk.press("現金を数える");
  assert.equal(await dialog.getByLabel("10,000円札").inputValue(), "３");
  await dialog.getByRole("button", { name: "この額で締めに進む" }).click();
  const paper = await clerk.page.pdf({ format: "A4" });
  assert.equal(paper.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length, 1, "the day book is one sheet");
  await clerk.press("日計表を印刷する");
  await clerk.press("確認して署名する");
  await clerk.reads("署名は済みました。締めるのは別の方です");
  assert.equal(await clerk.button("確認して締める").count(), 0);

  // One more customer comes: the signature is void, and the screen says so.
  await cash(clerk, s.id, ["住民票の写し", 1]);
  await clerk.reads("署名のあとに会計が変わったため、署名は無効になりました");
  await clerk.press("数え直す");
  await dialog.getByLabel("100円玉").fill("4");
  await dialog.getByRole("button", { name: "この額で締めに進む" }).click();
  await clerk.press("確認して署名する");
  await clerk.reads("署名は済みました。締めるのは別の方です");

  const second = await house.person("second");
  await second.signIn("yamamoto");
  await second.open(`/till/s/${s.id}/daybook`);
  await second.press("確認して締める");
  await second.page.getByRole("alertdialog").getByRole("button", { name: "確認して締める" }).click();
  await second.reads("締め済み");
  await second.reads(/𠮷田 千尋さんが署名し、山本 さくらさんが/);
  await clerk.reads("締め済み");
  const book = (await second.api("GET", `/api/till/sessions/${s.id}/daybook`)).body;
  assert.deepEqual([book.revenue, book.cash, book.cashless, book.difference], [1200, 900, 300, 0]);
});

house.test("a sale without a known result is handed to somebody at 会計課 before the day can be signed", async () => {
  const clerk = await house.person("clerk");
  await clerk.signIn("yoshida");
  const s = await opens(clerk);
  await cash(clerk, s.id, ["住民票の写し", 1]);
  await sim.faults(
    { kind: "error_after", provider: "paypay", method: "POST", count: 1 },
    { kind: "error", provider: "paypay", count: -1 },
  );
  const { sale, attempt } = await shows(clerk, s.id, ["戸籍全部事項証明書", 2]);
  await clerk.open(`/till/s/${s.id}/daybook`);
  await clerk.reads("確認中 1件 900円");
  assert.equal(await clerk.button("現金を数える").count(), 0, "the first step comes first");
  await chooses(clerk, "引き継ぐ会計課の担当者", /伊藤 真理/);
  await clerk.press("この方に引き継ぐ");
  await clerk.press("現金を数える");
  const dialog = clerk.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "枚数ではなく、合計だけを入れる" }).click();
  await dialog.getByLabel("数えた合計（円）").fill("３０，３００");
  await dialog.getByText("過不足はありません").waitFor();
  await dialog.getByRole("button", { name: "この額で締めに進む" }).click();
  await clerk.press("印刷しないで進む");
  await clerk.press("確認して署名する");
  await clerk.reads("署名は済みました。締めるのは別の方です");

  const office = await house.person("office");
  await office.signIn("itou");
  await office.open(`/till/s/${s.id}/daybook`);
  await office.press("確認して締める");
  await office.page.getByRole("alertdialog").getByRole("button", { name: "確認して締める" }).click();
  await office.reads("締め済み");

  // It stands on the list of 会計課 under the name that was chosen, and is no revenue.
  await office.open("/till/office");
  const row = office.page.getByRole("row").filter({ hasText: sale.label });
  await row.getByText("伊藤 真理").waitFor();
  await row.getByRole("button", { name: `${sale.label} を開く` }).click();
  await office.page.getByRole("dialog").getByText("決済事業者にもう一度問い合わせる").waitFor();
  await sim.pays(attempt.id); // the customer had paid all the time
  await sim.faults();
  await office.page.getByRole("dialog").getByRole("button", { name: "決済事業者にもう一度問い合わせる" }).click();
  await office.page.getByText("問い合わせました。").first().waitFor();
  await until(
    "the provider has the last word",
    async () => {
      const open = (await office.api("GET", "/api/till/unresolved")).body;
      return !open.some((o) => o.attempt.sale === sale.id);
    },
    60_000,
  );
  await row.waitFor({ state: "detached", timeout: 30_000 });
});

/** Presses Tab until the thing has the focus, as somebody without a mouse does. */
async function tabsTo(p, thing) {
  for (let n = 0; n < 80; n++) {
    if (await thing.evaluate((el) => el === document.activeElement)) return;
    await p.page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not get there");
}

house.test("a day is counted, signed and closed from the keyboard alone", async () => {
  const clerk = await house.person("clerk");
  await clerk.signIn("yamamoto");
  const s = await opens(clerk, 11);
  await cash(clerk, s.id, ["トレーニング室", 1]);
  await clerk.open(`/till/s/${s.id}/daybook`);
  const keys = clerk.page.keyboard;
  const goes = async (name) => {
    const b = clerk.button(name, { exact: true });
    await b.waitFor();
    await tabsTo(clerk, b);
    await keys.press("Enter");
  };
  await goes("現金を数える");
  await until("the first field has the focus", () =>
    clerk.page.getByLabel("10,000円札").evaluate((el) => el === document.activeElement),
  );
  await keys.type("3");
  for (let n = 0; n < 5; n++) await keys.press("Tab"); // 100 yen
  await keys.type("2");
  await keys.press("Tab");
  await keys.press("Tab");
  await keys.type("2");
  await clerk.reads("過不足はありません");
  await keys.press("Enter");
  await goes("印刷しないで進む");
  await goes("確認して署名する");
  await clerk.reads("署名は済みました。締めるのは別の方です");

  const second = await house.person("second");
  await second.signIn("yoshida");
  await second.open(`/till/s/${s.id}/daybook`);
  const close = second.button("確認して締める", { exact: true });
  await close.waitFor();
  await tabsTo(second, close);
  await second.page.keyboard.press("Enter");
  const sure = second.page.getByRole("alertdialog").getByRole("button", { name: "確認して締める" });
  await sure.waitFor();
  await tabsTo(second, sure);
  await second.page.keyboard.press("Enter");
  await second.reads("締め済み");
});

/** Gives a file to the page as somebody would who chose it. */
async function gives(p, name, buffer) {
  const [chooser] = await Promise.all([p.page.waitForEvent("filechooser"), p.press(/ファイルを選ぶ$/)]);
  await chooser.setFiles({ name, mimeType: "text/csv", buffer });
  await p.press("取り込む", { exact: true });
}

/** Drags a file from the desktop onto the page, as the browser itself sees it. */
async function drops(p, name, buffer) {
  const folder = await mkdtemp(join(tmpdir(), "yakusho-drop-"));
  const path = join(folder, name);
  await writeFile(path, buffer);
  const box = await p.page.getByText("ここへ置くか").boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + 8, data: { items: [], files: [path], dragOperationsMask: 1 } };
  const cdp = await p.context.newCDPSession(p.page);
  for (const type of ["dragEnter", "dragOver", "drop"]) await cdp.send("Input.dispatchDragEvent", { type, ...at });
  await p.button("別のファイルを選ぶ").waitFor();
  await cdp.detach();
  await p.press("取り込む", { exact: true });
  await p.button("ファイルを選ぶ", { exact: true }).waitFor();
  await rm(folder, { recursive: true, force: true });
}

house.test("a provider's file is taken in once, and a difference is found, explained and asked about", async () => {
  const clerk = await house.person("clerk");
  await clerk.signIn("yoshida");
  const s = await opens(clerk, 2);
  const lost = await paypay(clerk, sim, s.id, ["戸籍全部事項証明書", 1]);
  await paypay(clerk, sim, s.id, ["住民票の写し", 1]);

  const office = await house.person("office");
  await office.signIn("shimizu");
  await office.open(`/till/office/match?provider=paypay&from=${day()}&to=${day()}`);
  await office.reads("この期間の精算ファイルは、まだ取り込んでいません");
  await office.page.getByRole("cell", { name: "精算前" }).first().waitFor();
  assert.equal(await office.page.getByRole("cell", { name: "一致" }).count(), 0);

  await sim.faults({ kind: "settlement_missing_row", provider: "paypay", match: lost.attempt.id });
  const file = await sim.settlement("paypay", day());
  await sim.faults();
  await office.open("/till/office/import");
  await chooses(office, "決済事業者", "PayPay");
  await gives(office, "paypay-today.csv", file);
  await office.reads("取り込みました");
  await drops(office, "paypay-today.csv", file);
  await office.reads("取込済みのファイルです");

  await office.link("三者照合を見る").click();
  await office.page.getByRole("heading", { name: "PayPayの 1件 450円 が、精算ファイルにありません" }).waitFor();
  await office.reads(/お金は失われていません/);
  await office.page.getByRole("cell", { name: "差 1件 450円" }).first().waitFor();
  await office.press("照会文を作る");
  const letter = office.page.getByRole("dialog").getByLabel("照会文", { exact: true });
  await until("the letter names our transaction", async () => (await letter.inputValue()).includes(lost.attempt.id));
  await office.page.keyboard.press("Escape");
  await office.press(`${lost.sale.label} の支払いを調べる`);
  await office.page.getByRole("dialog").getByText("支払い済みです。").waitFor();
  await office.page.getByRole("dialog").getByText(lost.attempt.id).waitFor();
  await office.page.keyboard.press("Escape");
  await office.link(`会計 ${lost.sale.label}`).click();
  await office.page.waitForURL(/\/till\/sales\//);
  await office.page.goBack();

  // What the bank received is compared with what the file announces.
  await office.press("銀行入金を記帳する");
  const dialog = office.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "記帳する" }).click();
  await dialog.getByText("入金日を入れてください。").waitFor();
  await dialog.getByLabel("入金日").fill(day());
  const match = (await office.api("GET", `/api/till/match?provider=paypay&from=${day()}&to=${day()}`)).body;
  await dialog.getByLabel("入金額（円）").fill(String(match.expected_deposit - 10));
  await dialog.getByLabel("手数料（円）").fill(String(match.total.fee ?? 0));
  await dialog.getByRole("button", { name: "記帳する" }).click();
  await office.reads("入金予定との差 -10円");
});

house.test("a file that cannot be read changes nothing and names line and column", async () => {
  const office = await house.person("office");
  await office.signIn("shimizu");
  const before = (await office.api("GET", `/api/till/settlements?provider=paypay&from=${day(-30)}&to=${day(1)}`)).body
    .length;
  await office.open("/till/office/import");
  await chooses(office, "決済事業者", "PayPay");
  const good = new TextDecoder("shift_jis").decode(await sim.settlement("paypay", day()));
  const lines = good.split(/\r?\n/);
  const broken = [lines[0], (lines[1] ?? "").replace(/\b450\b|\b300\b/, "x3y"), ...lines.slice(2)].join("\r\n");
  await gives(office, "broken.csv", Buffer.from(broken.replaceAll(/[^ -~\r\n]/g, "?")));
  await office.reads(/何も取り込んでいません/);
  await office.page.getByRole("table", { name: "読めなかったところ" }).waitFor();
  const after = (await office.api("GET", `/api/till/settlements?provider=paypay&from=${day(-30)}&to=${day(1)}`)).body
    .length;
  assert.equal(after, before);
  const [chooser] = await Promise.all([office.page.waitForEvent("filechooser"), office.press("別のファイルを選ぶ")]);
  await chooser.setFiles({ name: "book.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("PK") });
  await office.reads("CSVファイルではありません");
});

house.test(
  "a new price begins tomorrow and the old one ends today, and a form says beside its field what is wrong",
  async () => {
    const office = await house.person("office");
    await office.signIn("shimizu");
    await office.open("/till/office/prices");
    await office.press("納税証明書 を変更する");
    await office.page.getByRole("menuitem", { name: "新しい金額を決める" }).click();
    const dialog = office.page.getByRole("dialog");
    await dialog.getByLabel("新しい金額（円）").fill("たかい");
    await dialog.getByRole("button", { name: "この金額に決める" }).click();
    await dialog.getByText("金額を数字で入れてください。").waitFor();
    await dialog.getByLabel("新しい金額（円）").fill("３５０");
    await dialog.getByRole("button", { name: "この金額に決める" }).click();
    await office.page
      .getByRole("row")
      .filter({ hasText: "納税証明書" })
      .getByText(/から 350円$/)
      .waitFor();
    const items = (await office.api("GET", "/api/till/items")).body.filter((i) => i.code === "NOZEI");
    assert.deepEqual(items.map((i) => [i.price, i.from === day(1), i.to === day()]).sort(), [
      [300, false, true],
      [350, true, false],
    ]);

    // What the server finds wrong stands beside the fields, and what was typed stays.
    await office.press("品目を加える");
    await dialog.getByLabel("品目の名前").fill("写真の複写");
    await dialog.getByLabel("品目コード").fill("A B");
    await dialog.getByLabel("金額（円）", { exact: true }).fill("100");
    await dialog.getByRole("button", { name: "保存する" }).click();
    await dialog.getByText("品目コードに空白や記号は使えません。").waitFor();
    await dialog.getByText("科目の名前を入れてください。").waitFor();
    assert.equal(await dialog.getByLabel("品目の名前").inputValue(), "写真の複写");
  },
);

house.test("a brand whose 告示 is not in force cannot be chosen, and says why", async () => {
  const office = await house.person("office");
  await office.signIn("shimizu");
  await office.open("/till/office/notices");
  const brand = office.page.getByRole("article", { name: "PayPay" });
  await brand.getByText("すべての科目で使えます").waitFor();
  await office.page.getByRole("article", { name: "LINE Pay" }).getByText("2025年4月30日に終了しました").waitFor();
  await brand.getByRole("button", { name: /を直す$/ }).click();
  const dialog = office.page.getByRole("dialog");
  await dialog.getByLabel("始まりの日").fill(day(1));
  await dialog.getByRole("button", { name: "保存する" }).click();
  await brand.getByText("使えません（告示なし）").waitFor();

  const clerk = await house.person("clerk");
  await clerk.signIn("yoshida");
  const s = await opens(clerk);
  const sale = await owes(clerk, s.id, ["住民票の写し", 1]);
  const offers = (await clerk.api("GET", `/api/till/sales/${sale.id}/offers`)).body;
  const offer = offers.find((o) => o.wallet === "paypay" && o.way === "show");
  assert.equal(offer.ok, false);
  assert.equal(offer.why, "not_designated");
  assert.match(offer.why_words, /告示がありません/);
});

house.test("a sticker is read, its shop compared, and a damaged one is refused in words", async () => {
  const office = await house.person("office");
  await office.signIn("shimizu");
  await office.open("/till/office/stickers");
  await office.press("市民体育館 受付 にステッカーを登録する");
  const dialog = office.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "読み取った文字を貼り付ける" }).click();
  const good =
    "00020101021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204939953033925802JP5903xxx6003xxx6107100000164190002JA0109みほん市役所市民課6304CE8E";
  await dialog.getByLabel("ステッカーの内容").fill(good.replace("CE8E", "CE8F"));
  await dialog.getByRole("button", { name: "内容を確かめる" }).click();
  await dialog.getByText("このコードは登録できません").waitFor();
  await dialog.getByLabel("ステッカーの内容").fill(good);
  await dialog.getByRole("button", { name: "内容を確かめる" }).click();
  await dialog
    .getByText(/^みほん市役所市民課/)
    .first()
    .waitFor();
  await dialog.getByRole("button", { name: "お店の名前を確かめて登録する" }).click();
  await dialog.getByText("ブランドを選んでください。").waitFor();
  await dialog.getByLabel("ステッカーの呼び名").fill("受付の右");
  await chooses(office, "ブランド", "PayPay", dialog);
  await chooses(office, "精算ファイルを出す事業者", "PayPay", dialog);
  await dialog.getByRole("button", { name: "お店の名前を確かめて登録する" }).click();
  await office.reads("受付の右");
});

house.test("characters that Shift_JIS lacks are named before the file is taken", async () => {
  const office = await house.person("office");
  await office.signIn("shimizu");
  const made = await office.api("POST", "/api/till/items", {
    key: crypto.randomUUID(),
    code: "KUCHI",
    name: "𠮷田家文書の写し",
    group: "その他",
    unit: "枚",
    price: 10,
    free: false,
    limit: 0,
    category_code: "20-05-03-01",
    category_name: "雑入",
    tax: "exempt",
    slip: "statement",
    order: 99,
    from: day(),
  });
  assert.equal(made.status, 204, JSON.stringify(made.body));
  const clerk = await house.person("clerk");
  await clerk.signIn("yoshida");
  const s = await opens(clerk);
  await cash(clerk, s.id, ["𠮷田家文書の写し", 1]);
  await office.open("/till/office/export");
  await chooses(office, "形式", "CSV（Shift_JIS）");
  await office.reads(/Shift_JISで書けない文字が/);
  await office.page.getByRole("row").filter({ hasText: "𠮷" }).first().waitFor();
  const [file] = await Promise.all([
    office.page.waitForEvent("download"),
    office.link("置き換えてダウンロードする").click(),
  ]);
  assert.match(file.suggestedFilename(), /\.csv$/);
});

house.lastTest();
