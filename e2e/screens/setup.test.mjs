// The screens of a server that is new.
import { House } from "../lib/house.mjs";
import { look } from "../lib/look.mjs";

const house = House.forFile({ sample: false });

house.test("the screens of the first day are sound at every size", async () => {
  const p = await house.person("first");
  await p.open("/");
  await p.reads("まだ利用者が登録されていません");
  await look(p, "signin-new");
  await p.open(/https:\/\/localhost:\d+(\/setup\/\S+)/.exec(house.server.log)?.[1] ?? "");
  await p.page.getByLabel("氏名").fill("田中 一");
  await p.page.getByLabel("ログイン名", { exact: true }).fill("tanaka");
  await look(p, "setup");
  await p.page.getByLabel("パスワード", { exact: true }).fill("yama-to-kawa-no-machi");
  await p.press("管理者を作って始める");
  await p.reads("今日の会議はありません");
  await look(p, "today-empty");
});

house.lastTest();
