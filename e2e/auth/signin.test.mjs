// Signing in and out, and what an admin does about accounts, on the sample town.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { House } from "../lib/house.mjs";
import { named, password } from "../lib/person.mjs";

const house = House.forFile({ guide: true });

house.test("a wrong password and an unknown name are answered with the same words, and what to do", async () => {
  const p = await house.person("wrong");
  await p.open("/");
  const words = [];
  for (const [login, pass] of [
    ["satou", "chigau-aikotoba"],
    ["dareka", "chigau-aikotoba"],
  ]) {
    await p.typeIn(login, pass);
    const alert = p.page.getByRole("alert").filter({ hasText: "ログインできませんでした" });
    await alert.waitFor();
    words.push(await alert.innerText());
    assert.equal(await p.page.getByLabel("ログイン名", { exact: true }).inputValue(), login);
    await p.page.reload();
  }
  assert.equal(words[0], words[1]);
  assert.match(words[0], /ログイン名|パスワード/);
  await p.typeIn("satou", password);
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.test("a page behind the sign-in comes after it, and signing out leaves nothing on the screen", async () => {
  const p = await house.person("satou");
  await p.open("/account");
  await p.page.waitForURL(/\/signin\?to=%2Faccount$/);
  await p.typeIn("satou", password);
  await p.page.getByRole("heading", { name: "アカウント", level: 1 }).waitFor();
  await p
    .link("今日の会議")
    .or(p.link(/最初の画面へ/))
    .first()
    .click();
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
  await p.press("ログアウト", { exact: true });
  await p.page.waitForURL(/\/signin/);
  await p.page.goBack();
  await p.page.getByRole("heading", { name: "ログイン" }).waitFor();
  assert.equal(await p.text(named.satou, { exact: true }).count(), 1, "only in the list of samples");
  assert.equal((await p.api("GET", "/api/accounts")).status, 401);
});

house.test("signing out everywhere ends the other PC's session too", async () => {
  const here = await house.person("here");
  const there = await house.person("there");
  await here.signIn("mori");
  await there.signIn("mori");
  await here.open("/account");
  await here.press("すべてログアウトする");
  await here.confirms("すべてログアウトする");
  await here.page.waitForURL(/\/signin/);
  await there.open("/");
  await there.page.waitForURL(/\/signin/);
});

house.test("an admin issues a temporary password, and its owner must change it before anything else", async () => {
  const admin = await house.person("admin");
  const owner = await house.person("owner");
  await owner.signIn("inoue");
  await admin.signIn("suzuki");
  await admin.open("/");
  await admin.link("管理").click();
  await admin.page.getByRole("heading", { name: "利用者の管理" }).waitFor();
  await admin.page.getByLabel("名前・所属・ログイン名で探す").fill("財政課");
  assert.equal(await admin.page.getByRole("rowheader").count(), 1);
  await admin.press(`${named.inoue} さんへの操作`);
  await admin.page.getByRole("menuitem", { name: "パスワードを再発行する" }).click();
  await admin.confirms("パスワードを再発行する");
  const shown = admin.page.getByRole("dialog", { name: `${named.inoue} さんの仮のパスワード` });
  await shown.waitFor();
  const temporary = await shown.locator("dd").nth(1).innerText();
  await admin.press("伝えたので閉じる");
  await shown.waitFor({ state: "detached" });
  await admin.reads("仮のパスワード");

  await owner.open("/");
  await owner.page.waitForURL(/\/signin/); // the old session is gone
  await owner.typeIn("inoue", temporary);
  await owner.reads("仮のパスワードでログインしています");
  await owner.open("/");
  await owner.page.waitForURL(/\/account$/); // there is no way around
  assert.equal((await owner.api("GET", "/api/meetings")).body.code, "password_change_needed");
  await owner.page.getByLabel("仮のパスワード").fill(temporary);
  await owner.page.getByLabel("新しいパスワード").fill("mijikai");
  await owner.press("パスワードを変更する");
  await owner.page.getByRole("alert").filter({ hasText: "10文字" }).waitFor();
  await owner.page.getByLabel("新しいパスワード").fill("yama-to-kawa-no-machi");
  await owner.press("パスワードを変更する");
  await owner.reads("パスワードを変更しました");
  await owner.open("/");
  await owner.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.test("an admin stops an account, which is out at once and in again when the stop is lifted", async () => {
  const admin = await house.person("admin");
  const owner = await house.person("owner");
  await owner.signIn("nakamura");
  await admin.signIn("suzuki");
  await admin.open("/admin");
  await admin.press(`${named.nakamura} さんへの操作`);
  await admin.page.getByRole("menuitem", { name: "停止する" }).click();
  await admin.confirms("停止する");
  await admin.page.getByRole("row").filter({ hasText: named.nakamura }).getByText("停止中").waitFor();
  await owner.open("/");
  await owner.page.waitForURL(/\/signin/);
  await owner.typeIn("nakamura", password);
  await owner.page.getByRole("alert").waitFor();
  await admin.press(`${named.nakamura} さんへの操作`);
  await admin.page.getByRole("menuitem", { name: "停止を解除する" }).click();
  await admin.page.getByRole("row").filter({ hasText: named.nakamura }).getByText("利用できます").waitFor();
  await owner.typeIn("nakamura", password);
  await owner.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.test("an admin makes an account, and a colleague who is no admin has no such page", async () => {
  const admin = await house.person("admin");
  await admin.signIn("suzuki");
  await admin.open("/admin");
  await admin.press("利用者を追加する");
  await admin.page.getByLabel("氏名").fill("新田 花");
  await admin.page.getByLabel("ログイン名", { exact: true }).fill("nitta");
  await admin.press("追加して仮のパスワードを発行する");
  await admin.page.getByRole("dialog", { name: "新田 花 さんの仮のパスワード" }).waitFor();
  await admin.press("伝えたので閉じる");
  await admin.page.getByRole("rowheader", { name: /新田 花/ }).waitFor();

  const staff = await house.person("staff");
  await staff.signIn("satou");
  await staff.open("/");
  await staff.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
  assert.equal(await staff.link("管理").count(), 0);
  await staff.open("/admin");
  await staff.reads("このページは管理者だけが使えます");
  assert.equal((await staff.api("GET", "/api/accounts")).body.code, "admin_only");
});

house.test("the plain-HTTP page explains the certificate and gives it; everything else leads to https", async () => {
  const p = await house.person("new-pc", { browser: { trusts: false } });
  p.mayUseGuide = true;
  await p.page.goto(`${house.server.guide}/`);
  await p.page.getByRole("heading", { level: 1 }).waitFor();
  const words = await p.page.locator("body").innerText();
  assert.match(words, /証明書/);
  // Printed as on the page: four rows of four groups of four digits.
  const printed = /SHA-256 ((?:[0-9A-F]{4}\s+){15}[0-9A-F]{4})\n/.exec(house.server.log)?.[1].replace(/\s/g, "");
  assert.ok(printed, "the server printed the fingerprint");
  assert.ok(words.replace(/[^0-9A-Z]/g, "").includes(printed), "and the page shows the same one to compare");
  for (const name of ["CA 証明書を保存する", "PEM 形式で保存する"]) {
    const coming = p.page.waitForEvent("download");
    await p.link(name).click();
    assert.ok((await readFile(await (await coming).path())).length > 300);
  }
  // Without the certificate the browser refuses the page itself: what follows in this suite rests on real trust.
  await assert.rejects(p.page.goto(house.origin), /ERR_CERT_AUTHORITY_INVALID/);
  await assert.rejects(p.page.goto(`${house.server.guide}/number`), /ERR_CERT_AUTHORITY_INVALID/, "led to https");
});

house.test("an address where nothing is says so under the header, with the ways on", async () => {
  const p = await house.person("astray");
  await p.signIn("satou");
  await p.open("/nanika");
  await p.page.getByRole("heading", { name: "このページはありません" }).waitFor();
  await p.page.getByRole("banner").getByRole("button", { name: "ログアウト" }).waitFor();
  await p
    .link(/最初の画面へ/)
    .first()
    .click();
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
});

house.lastTest();
