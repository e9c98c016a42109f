// A server that is new: nobody has an account, and one link makes the first admin.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";

const house = House.forFile({ sample: false });
const link = () => /https:\/\/localhost:\d+(\/setup\/\S+)/.exec(house.server.log)?.[1];

house.test("the printed link makes the first admin, once", async () => {
  const p = await house.person("first");
  await p.open("/");
  await p.reads("まだ利用者が登録されていません");
  await p.open("/setup/nanika-chigau");
  await p.page.getByLabel("氏名").fill("田中 一");
  await p.page.getByLabel("ログイン名", { exact: true }).fill("tanaka");
  await p.page.getByLabel("パスワード", { exact: true }).fill("yama-to-kawa-no-machi");
  await p.press("管理者を作って始める");
  await p.page.getByRole("alert").filter({ hasText: "管理者を作れませんでした" }).waitFor();

  const path = link();
  assert.ok(path, "the server printed a set-up link");
  await p.open(path);
  assert.equal(await p.page.getByLabel("氏名").inputValue(), "田中 一", "what was typed is still there");
  await p.page.getByLabel("パスワード", { exact: true }).fill("yama-to-kawa-no-machi");
  await p.press("管理者を作って始める");
  await p.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
  await p.reads("今日の会議はありません");
  await p.link("管理").click();
  await p.page.getByRole("rowheader", { name: /田中 一/ }).waitFor();

  const late = await house.person("late");
  await late.open(path);
  await late.reads("初期設定はすでに終わっています");
  await late.open("/");
  assert.equal(await late.text("見本の利用者").count(), 0);
});

house.test("a new colleague signs in with the temporary password, chooses their own, and opens a meeting", async () => {
  const admin = await house.person("admin");
  await admin.open("/");
  await admin.typeIn("tanaka", "yama-to-kawa-no-machi");
  await admin.page.getByRole("heading", { name: "今日の会議", level: 1 }).waitFor();
  const made = await admin.api("POST", "/api/accounts", { login: "nitta", name: "新田 花", roles: ["staff"] });
  assert.equal(made.status, 201);
  const p = await house.person("colleague");
  await p.open("/");
  await p.typeIn("nitta", made.body.password);
  await p.page.getByLabel("仮のパスワード").fill(made.body.password);
  await p.page.getByLabel("新しいパスワード").fill("umi-to-sora-no-machi");
  await p.press("パスワードを変更する");
  await p.reads("パスワードを変更しました");
  await p.link("今日の会議に戻る").click();
  await p.press("会議を開く");
  await p.reads("会議ができました");
});

house.lastTest();
