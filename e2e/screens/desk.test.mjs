// Every screen before and around a meeting: looked at, and kept as a picture.
import { nameDevices } from "../lib/fake.mjs";
import { House } from "../lib/house.mjs";
import { look } from "../lib/look.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile({ guide: true });

/** One screen, one test: what to do from a fresh browser, and the picture's name. */
function screen(name, who, steps, o = {}) {
  house.test(`the screen ${name} is sound at every size`, async () => {
    const p = await house.person(name, o.person);
    if (who) await p.signIn(who);
    await steps(p);
    await p.page.getByRole("heading").first().waitFor();
    await look(p, name, o);
  });
}
const menu = { resize: false };
const passing = { keep: false };

screen("signin", "", (p) => p.open("/"));
screen("signin-wrong", "", async (p) => {
  await p.open("/");
  await p.typeIn("satou", "chigau-aikotoba");
  await p.page.getByRole("alert").waitFor();
});
screen("signin-empty", "", async (p) => {
  await p.open("/");
  await p.press("ログインする");
  await p.reads("ログイン名を入れてください。");
});
screen(
  "signin-all",
  "",
  async (p) => {
    await p.open("/");
    await p.press(/すべてを表示/);
  },
  passing,
);
screen("number", "", (p) => p.open("/number"));
screen("number-wrong", "", async (p) => {
  await p.typesNumber("482913", "0000", "みほん建設 山田");
  await p.page.getByRole("alert").waitFor();
});
screen(
  "number-empty",
  "",
  async (p) => {
    await p.open("/number");
    await p.press("会議に入る");
    await p.reads("会議番号は数字 6けたです。");
  },
  passing,
);
screen("today", "satou", async (p) => {
  await p.open("/");
  await p.reads("庁舎改修 工程会議");
});
screen("today-made", "satou", async (p) => {
  await p.open("/");
  await p.press("会議を開く");
  await p.reads("会議ができました");
});
screen("today-number", "satou", async (p) => {
  await p.open("/");
  await p.page.getByRole("tab", { name: "番号で参加" }).click();
});
screen(
  "today-menu",
  "suzuki",
  async (p) => {
    await p.open("/");
    await p.press(/アカウントのメニュー/);
    await p.page.getByRole("menuitem", { name: "管理" }).waitFor();
  },
  menu,
);
screen("today-english", "satou", async (p) => {
  await p.open("/");
  await p.press("English");
  await p.page.getByRole("heading", { name: "Today's meetings" }).waitFor();
});
screen("help", "satou", (p) => p.open("/help"));
screen("account", "satou", (p) => p.open("/account"));
screen(
  "account-everywhere",
  "satou",
  async (p) => {
    await p.open("/account");
    await p.press("すべてログアウトする");
    await p.page.getByRole("alertdialog").waitFor();
  },
  passing,
);
screen("admin", "suzuki", async (p) => {
  await p.open("/admin");
  await p.reads(named.satou);
});
screen(
  "admin-menu",
  "suzuki",
  async (p) => {
    await p.open("/admin");
    await p.press(`${named.takahashi} さんへの操作`);
    await p.page.getByRole("menuitem", { name: "停止する" }).waitFor();
  },
  menu,
);
screen("admin-new", "suzuki", async (p) => {
  await p.open("/admin");
  await p.press("利用者を追加する");
  await p.page.getByRole("dialog").waitFor();
});
screen(
  "admin-change",
  "suzuki",
  async (p) => {
    await p.open("/admin");
    await p.press(`${named.takahashi} さんへの操作`);
    await p.page.getByRole("menuitem", { name: "氏名と役割を変更する" }).click();
    await p.page.getByRole("dialog").waitFor();
  },
  passing,
);
screen("admin-reset", "suzuki", async (p) => {
  await p.open("/admin");
  await p.press(`${named.mori} さんへの操作`);
  await p.page.getByRole("menuitem", { name: "パスワードを再発行する" }).click();
  await p.page.getByRole("alertdialog").waitFor();
});
screen("admin-issued", "suzuki", async (p) => {
  await p.open("/admin");
  await p.press(`${named.inoue} さんへの操作`);
  await p.page.getByRole("menuitem", { name: "パスワードを再発行する" }).click();
  await p.confirms("パスワードを再発行する");
  await p.page.getByRole("dialog", { name: /仮のパスワード/ }).waitFor();
});
screen("account-temporary", "suzuki", async (p) => {
  const all = (await p.api("GET", "/api/accounts")).body;
  const got = await p.api("DELETE", `/api/accounts/${all.find((a) => a.login === "ikeda").id}/password`);
  await p.api("DELETE", "/api/session");
  await p.open("/");
  await p.typeIn("ikeda", got.body.password);
  await p.reads("仮のパスワードでログインしています");
});
screen("admin-forbidden", "satou", (p) => p.open("/admin"));
screen("not-found", "satou", (p) => p.open("/nanika"));
screen("setup-done", "", (p) => p.open("/setup/abc"));
screen("insecure", "", (p) => p.open("/"), {
  person: { init: () => Object.defineProperty(window, "isSecureContext", { get: () => false }) },
});
screen("meeting-unknown", "satou", (p) => p.open("/m/06h08dy8mccm0pdsxfxd3h9b78"));

house.test("the screen guide is sound at every size", async () => {
  const p = await house.person("guide");
  p.mayUseGuide = true;
  await p.page.goto(`${house.server.guide}/`);
  await look(p, "guide");
});

house.test("the screens of the connection test are sound at every size", async () => {
  const p = await house.person("check", { init: nameDevices });
  await p.open("/check");
  await p.button("調べる").waitFor();
  await look(p, "check");
  await p.press("調べる");
  await p.button("音を鳴らす").waitFor({ timeout: 40_000 });
  await look(p, "check-speaker");
  await p.press("音を鳴らす");
  await p.press("はい");
  await p.button("結果を保存する").waitFor();
  await look(p, "check-good");
});

house.test("the screen of a connection test with trouble is sound at every size", async () => {
  const p = await house.person("check-trouble", { browser: { refuses: true } });
  await p.open("/check");
  await p.press("調べる");
  await p.button("音を鳴らす").waitFor({ timeout: 40_000 });
  await p.press("音を鳴らす");
  await p.press("いいえ");
  await p.button("結果を保存する").waitFor();
  await look(p, "check-trouble");
});

// Last: the server goes away.
house.test("the screen offline is sound at every size", async () => {
  const p = await house.person("offline");
  await p.signIn("satou");
  await p.open("/");
  await p.reads("庁舎改修 工程会議");
  house.outage = true;
  await house.server.kill();
  await until("the page has noticed", async () => {
    await p.page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    if (await p.button("会議を開く").isVisible()) await p.press("会議を開く");
    return p.text("サーバーにつながりません。").first().isVisible();
  });
  await look(p, "offline");
  await house.server.start();
  await p.text("自動でつなぎ直しています").waitFor({ state: "hidden", timeout: 30_000 });
});

house.lastTest();
