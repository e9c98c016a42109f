// Every screen behind the counters, looked at: at a desk, at 200 % and on a tablet.
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { House } from "../lib/house.mjs";
import { look, sizes } from "../lib/look.mjs";
import { cash, day, opens, owes, paypay, shows } from "../lib/office.mjs";
import { Paysim } from "../lib/paysim.mjs";

const sim = new Paysim();
const house = House.forFile({ config: () => sim.start() });
after(() => sim.stop());

/** A PC whose browser is set to Japanese, as its date fields show. */
const pc = { browser: { args: ["--lang=ja"] } };

const folder = fileURLToPath(new URL("../out/screens/", import.meta.url));

/** The critic at every size, and a second picture as the tablet has it. */
async function both(p, name, o) {
  await look(p, name, o);
  const [width, height] = sizes.tablet;
  await p.page.setViewportSize({ width, height });
  await p.page.screenshot({ path: `${folder}${name}.tablet.png`, scale: "css", caret: "hide" });
  await p.page.setViewportSize({ width: sizes.desk[0], height: sizes.desk[1] });
}

/** The day of the mock, smaller: cash and PayPay, a reduction, a 取消 that waits, one nobody knows. */
let session;
house.test(
  "a day at the counter",
  async () => {
    const clerk = await house.person("clerk", pc);
    await clerk.signIn("yoshida");
    session = (await opens(clerk)).id;
    const goods = [
      ["住民票の写し", 2],
      ["印鑑登録証明書", 1],
      ["戸籍全部事項証明書", 1],
      ["所得・課税証明書", 1],
      ["納税証明書", 1],
      ["除籍・改製原戸籍謄本", 1],
    ];
    for (const [n, g] of goods.entries())
      await cash(clerk, session, g, ...(n % 2 === 0 ? [["戸籍の附票の写し", 1]] : []));
    await cash(clerk, session, ["住民票の写し", 1, "児童扶養手当"]);
    await cash(clerk, session, ["個人番号カード再交付", 1]);
    const sold = await cash(clerk, session, ["身分証明書", 1]);
    await clerk.api("POST", `/api/till/sales/${sold.id}/refunds`, {
      key: crypto.randomUUID(),
      amount: 300,
      void: true,
      reason: "品目の選び違い",
    });
    const dropped = await owes(clerk, session, ["印鑑登録", 1]);
    await clerk.api("POST", `/api/till/sales/${dropped.id}/drop`, { key: crypto.randomUUID() });
    const lost = await paypay(clerk, sim, session, ["戸籍全部事項証明書", 1]);
    await paypay(clerk, sim, session, ["住民票の写し", 3]);
    await sim.faults({ kind: "settlement_missing_row", provider: "paypay", match: lost.attempt.id });
    const file = await sim.settlement("paypay", day());
    await sim.faults({ kind: "error", provider: "paypay", count: -1 });
    await shows(clerk, session, ["戸籍全部事項証明書", 2]);

    await clerk.open(`/till/s/${session}/daybook`);
    await clerk.reads("確認中 1件 900円");
    await both(clerk, "till-close-hand");
    await clerk.page.getByRole("button", { name: "引き継ぐ会計課の担当者" }).click();
    await clerk.page.getByRole("option", { name: /伊藤 真理/ }).click();
    await clerk.press("この方に引き継ぐ");
    await clerk.press("現金を数える");
    const dialog = clerk.page.getByRole("dialog");
    await dialog.getByLabel("10,000円札").fill("3");
    await dialog.getByLabel("1,000円札").fill("4");
    await dialog.getByLabel("500円玉").fill("2");
    await both(clerk, "till-close-count");
    const book = (await clerk.api("GET", `/api/till/sessions/${session}/daybook`)).body;
    await dialog.getByRole("button", { name: "枚数ではなく、合計だけを入れる" }).click();
    await dialog.getByLabel("数えた合計（円）").fill(String(book.expected));
    await dialog.getByRole("button", { name: "この額で締めに進む" }).click();
    await clerk.press("日計表を印刷する");
    await clerk.button("確認して署名する").waitFor();
    await both(clerk, "till-close");
    await clerk.page.emulateMedia({ media: "print" });
    await clerk.page.setViewportSize({ width: 794, height: 1123 });
    await clerk.page.screenshot({ path: `${folder}till-close-paper.png` });
    await clerk.page.emulateMedia({ media: "screen" });
    await clerk.page.setViewportSize({ width: sizes.desk[0], height: sizes.desk[1] });
    await clerk.press("確認して署名する");
    await clerk.reads("署名は済みました。締めるのは別の方です");
    await both(clerk, "till-close-signed", { keep: false });

    const office = await house.person("office", pc);
    await office.signIn("shimizu");
    await office.open("/till/office");
    await office.reads("承認を待つ取消・還付 1件");
    await both(office, "till-office");
    await office.press(/を開く$/);
    await office.page.getByRole("dialog").waitFor();
    await both(office, "till-office-attempt", { keep: false });

    await office.open("/till/office/import");
    await office.page.getByRole("button", { name: "決済事業者" }).waitFor();
    const give = async (name, buffer) => {
      const [chooser] = await Promise.all([office.page.waitForEvent("filechooser"), office.press(/ファイルを選ぶ$/)]);
      await chooser.setFiles({ name, mimeType: "text/csv", buffer });
      await office.press("取り込む", { exact: true });
    };
    await give("broken.csv", Buffer.concat([file.subarray(0, file.length - 40), Buffer.from("\r\nx,y\r\n")]));
    await office.reads(/何も取り込んでいません/);
    await both(office, "till-import-broken");
    await give("paypay-20261122.csv", file);
    await office.reads("取り込みました");
    await both(office, "till-import", { keep: false });
    await office.open(`/till/office/match?provider=paypay&from=${day()}&to=${day()}`);
    await office.page.getByRole("heading", { name: /精算ファイルにありません$/ }).waitFor();
    await both(office, "till-match");
    await office.press("照会文を作る");
    await office.page.getByRole("dialog").getByText("内容を確かめて").waitFor();
    await both(office, "till-letter", { keep: false });
    await office.page.keyboard.press("Escape");
    await office.press("銀行入金を記帳する");
    await office.page.getByRole("dialog").getByLabel("入金日").waitFor();
    await both(office, "till-deposit", { keep: false });
  },
  300_000,
);

for (const [name, path, login, ready] of [
  ["till-days", "days", "shimizu", /開局中|締め済み/],
  ["till-export", "export", "shimizu", "ダウンロードする"],
  ["till-prices", "prices", "shimizu", "住民票の写し"],
  ["till-reductions", "reductions", "shimizu", "児童扶養手当"],
  ["till-notices", "notices", "shimizu", "一部の科目で使えます"],
  ["till-counters", "counters", "suzuki", "市民体育館 受付"],
  ["till-stickers", "stickers", "shimizu", "市民体育館 受付"],
  ["till-displays", "displays", "suzuki", "組みにした客面表示はありません。"],
  ["till-providers", "providers", "suzuki", "UnivaPay"],
]) {
  house.test(`the screen ${name} is sound at every size`, async () => {
    const p = await house.person(name, pc);
    await p.signIn(login);
    await p.open(`/till/office/${path}`);
    await p.reads(ready);
    await both(p, name);
  });
}

for (const [name, path, login, press, label] of [
  ["till-item-new", "prices", "shimizu", "品目を加える", "品目の名前"],
  ["till-notice-new", "notices", "shimizu", "告示を加える", "告示番号"],
  ["till-counter-new", "counters", "suzuki", "窓口を加える", "窓口の名前"],
  ["till-sticker-new", "stickers", "shimizu", "市民課 2番窓口 にステッカーを登録する", undefined],
]) {
  house.test(`the form ${name} is sound at every size, also with what is wrong in it`, async () => {
    const p = await house.person(name, pc);
    await p.signIn(login);
    await p.open(`/till/office/${path}`);
    await p.press(press);
    const dialog = p.page.getByRole("dialog");
    await dialog.waitFor();
    if (label !== undefined) {
      if (name === "till-item-new") await dialog.getByLabel("金額（円）", { exact: true }).fill("300");
      await dialog.getByRole("button", { name: "保存する" }).click();
      await dialog.locator("[aria-invalid=true], [role=alert]").first().waitFor();
    }
    await both(p, name, { keep: false });
  });
}

house.lastTest();
