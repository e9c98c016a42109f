// Somebody before a browser: what people do, in one place, so that the tests read like what happens in an office.
import assert from "node:assert/strict";
import { inPage } from "./inpage.mjs";
import { until } from "./until.mjs";

export const password = "mihon-machi-1";
/** The sample accounts that the tests use, by login. */
export const named = {
  satou: "佐藤 美咲",
  takahashi: "高橋 誠",
  inoue: "井上 直子",
  nakamura: "中村 健",
  suzuki: "鈴木 浩二",
  kobayashi: "小林 恵子",
  mori: "森 正樹",
};

export class Person {
  /** @type {import("../../web/node_modules/playwright-core").Page} */ page;
  /** the plain-HTTP page may be opened by this one */
  mayUseGuide = false;
  /** @type {string[]} the console, for the log of a failed test */
  said = [];

  /** @param {import("./house.mjs").House} house @param {string} name @param {import("../../web/node_modules/playwright-core").BrowserContext} context */
  constructor(house, name, context) {
    this.house = house;
    this.name = name;
    this.context = context;
  }

  /** @param {(() => void) | undefined} init runs in every page first */
  async arrive(init) {
    const { house, context } = this;
    context.setDefaultTimeout(15_000);
    await context.exposeBinding("__tell", (_, /** @type {string} */ kind, /** @type {string} */ text) => {
      if (kind === "ice") house.watchIce(this, text);
      else house.fault(this, `${kind}: ${text}`);
    });
    await context.addInitScript(inPage);
    if (init) await context.addInitScript(init);
    context.on("request", (r) => house.watch(this, r.url(), "request"));
    context.on("page", (page) => this.#watch(page));
    this.page = await context.newPage();
  }

  #watch(page) {
    page.on("websocket", (s) => this.house.watch(this, s.url(), "WebSocket"));
    page.on("pageerror", (e) => this.house.fault(this, `uncaught: ${e.stack ?? e}`));
    page.on("crash", () => this.house.fault(this, "the page crashed"));
    page.on("console", (m) => {
      this.said.push(`${m.type()}: ${m.text()}`);
      if (m.type() === "error") this.house.console(this, m.text());
    });
  }

  async goHome() {
    await this.context.close();
  }

  /** @param {string} path */
  async open(path) {
    await this.page.goto(this.house.origin + path);
  }

  button(name, o = {}) {
    return this.page.getByRole("button", { name, ...o });
  }
  link(name, o = {}) {
    return this.page.getByRole("link", { name, ...o });
  }
  text(t, o = {}) {
    return this.page.getByText(t, o);
  }
  async press(name, o = {}) {
    await this.button(name, o).click();
  }
  /** Something to read is on the screen. */
  async reads(t, o = {}) {
    await this.text(t, o).first().waitFor();
  }

  /** Asks the server as this browser would, with its cookies. @returns {Promise<{status: number, body: any}>} */
  api(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const res = await fetch(path, {
          method,
          headers: body === undefined ? {} : { "Content-Type": "application/json" },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await res.text();
        return { status: res.status, body: text === "" ? undefined : JSON.parse(text) };
      },
      [method, path, body],
    );
  }

  /** Signs in without the form; the form has tests of its own. @param {string} login */
  async signIn(login, pass = password) {
    await this.open("/help");
    const got = await this.api("POST", "/api/session", { login, password: pass });
    assert.equal(got.status, 200, `sign-in of ${login}: ${JSON.stringify(got.body)}`);
    this.full = got.body.account.name;
  }

  /** Signs in by hand at the form that is open. */
  async typeIn(login, pass) {
    await this.page.getByLabel("ログイン名", { exact: true }).fill(login);
    await this.page.getByLabel("パスワード", { exact: true }).fill(pass);
    await this.press("ログインする");
  }

  /** A meeting that is open at once. @returns {Promise<{id: string, number: string, pin: string, title: string}>} */
  async opens(title, guests = true) {
    const got = await this.api("POST", "/api/meetings", { title, guests_allowed: guests });
    assert.equal(got.status, 201, JSON.stringify(got.body));
    return got.body;
  }

  /** Number, PIN and, for a guest, a name; ends before the mirror of the meeting or with an error on the page. */
  async typesNumber(number, pin, name) {
    await this.open("/number");
    await this.page.getByLabel("会議番号").fill(number);
    await this.page.getByLabel("暗証番号").fill(pin);
    if (name !== undefined) {
      await this.page.getByLabel("お名前").fill(name);
      this.full = name;
    }
    await this.press("会議に入る");
  }

  /** From the mirror into the room. */
  async enters(how = "参加する") {
    await this.press(how, { exact: true });
    await this.inRoom();
  }

  async inRoom() {
    await this.page.getByTestId("mic").waitFor();
  }

  /** Straight to a meeting of which one is a member. */
  async joins(meeting, how) {
    await this.open(`/m/${meeting.id}`);
    await this.enters(how);
  }

  get mic() {
    return this.page.getByTestId("mic");
  }

  /** The name is on a tile or on the stage. */
  tile(full) {
    return this.page.getByRole("figure", { name: `${full}さん` });
  }
  /** The line in the list of participants. */
  entry(full) {
    return this.page.getByTestId("person").filter({ hasText: full });
  }
  /** What the host chooses for one participant. */
  async does(full, action) {
    await this.press(`${full}さんの操作`);
    await this.page.getByRole("menuitem", { name: action }).click();
  }
  async doesForAll(action) {
    await this.press("会議の操作メニュー");
    await this.page.getByRole("menuitem", { name: action }).click();
  }
  async confirms(action) {
    await this.page.getByRole("alertdialog").getByRole("button", { name: action, exact: true }).click();
  }

  /** What arrives, by sender. */
  media() {
    return this.page.evaluate(() => window.__media());
  }

  /**
   * Pictures and voices of so many others arrive, and go on arriving: frames grow, energy grows, for each of them.
   * @param {number} others
   */
  async hearsAndSees(others, ms = 20_000) {
    const first = (await this.media()).from;
    return until(
      `${this.name} hears and sees ${others} others`,
      async () => {
        const { from } = await this.media();
        const alive = Object.keys(from).filter(
          (k) => from[k].frames > (first[k]?.frames ?? 0) + 5 && from[k].energy > (first[k]?.energy ?? 0),
        );
        if (alive.length !== others) throw new Error(`alive ${alive.length}: ${JSON.stringify(from)}`);
        return from;
      },
      ms,
    );
  }
}
