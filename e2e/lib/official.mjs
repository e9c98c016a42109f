// paysim over TLS, and the official client libraries of the providers pointed at it.
import { execFileSync, fork, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const binary = process.env.PAYSIM_BIN ?? fileURLToPath(new URL("../../bin/paysim", import.meta.url));
const child = fileURLToPath(new URL("official-child.mjs", import.meta.url));

export class Official {
  #folder = "";
  #ca = "";
  #log = "";
  /** @type {import("node:child_process").ChildProcess | undefined} */ #sim;
  /** @type {import("node:child_process").ChildProcess | undefined} */ #libraries;
  #waiting = new Map();
  #calls = 0;
  origin = "";
  /** what `paysim env` prints @type {Record<string, string>} */
  env = {};

  /** @param {string[]} [more] arguments of paysim */
  async start(more = []) {
    this.#folder = await mkdtemp(join(tmpdir(), "yakusho-official-"));
    const file = join(this.#folder, "ca.crt");
    const sim = spawn(binary, ["--listen", "localhost:0", "--tls", "--ca", file, ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#sim = sim;
    for (const s of [sim.stdout, sim.stderr]) s.setEncoding("utf8").on("data", (x) => (this.#log += x));
    const port = await until("paysim listens", () => /https:\/\/\S+:(\d+)/.exec(this.#log)?.[1]);
    this.origin = `https://localhost:${port}`;
    this.#ca = await readFile(file, "utf8");
    for (const line of execFileSync(binary, ["env"], { encoding: "utf8" }).trim().split("\n")) {
      const at = line.indexOf("=");
      this.env[line.slice(0, at)] = line.slice(at + 1);
    }
    const libraries = fork(child, { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: file } });
    this.#libraries = libraries;
    libraries.on("message", (/** @type {any} */ m) => {
      this.#waiting.get(m.n)?.(m);
      this.#waiting.delete(m.n);
    });
    for (const p of [sim, libraries]) {
      const orphan = () => p.kill("SIGKILL");
      process.once("exit", orphan);
      p.once("exit", () => process.off("exit", orphan));
    }
    await this.as({});
    return this;
  }

  /** Sets the libraries up with other credentials than the right ones. */
  async as({ secret = this.env.PAYPAY_SECRET, token = this.env.UNIVAPAY_SECRET }) {
    const { PAYPAY_KEY: key, PAYPAY_MERCHANT: merchant, UNIVAPAY_JWT: jwt } = this.env;
    await this.call("set.up", { origin: this.origin, key, secret, merchant, jwt, token });
  }

  /** Calls a function of a library and gives what it gives. @param {string} name @param {...any} args @returns {Promise<any>} */
  async call(name, ...args) {
    const { ok, refused } = await this.#ask(name, args);
    if (refused) throw Object.assign(new Error(`${name}: ${JSON.stringify(refused)}`), { refused });
    return ok;
  }

  /** What a library throws. @param {string} name @param {...any} args @returns {Promise<any>} */
  async refusal(name, ...args) {
    const { ok, refused } = await this.#ask(name, args);
    if (!refused) throw new Error(`${name} was not refused: ${JSON.stringify(ok)}`);
    return refused;
  }

  #ask(call, args) {
    const n = ++this.#calls;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`${call}: no answer in 30 s`)), 30_000);
      this.#waiting.set(n, (m) => {
        clearTimeout(timer);
        done(m);
      });
      this.#libraries?.send({ n, call, args });
    });
  }

  /** A command of paysim's control API. @param {string} path @param {object} [body] @returns {Promise<any>} */
  tell(path, body) {
    return new Promise((done, fail) => {
      const req = request(
        `${this.origin}/_sim/${path}`,
        { method: body ? "POST" : "GET", ca: this.#ca, agent: false, headers: { "Content-Type": "application/json" } },
        (res) => {
          let text = "";
          res.setEncoding("utf8").on("data", (x) => (text += x));
          res.on("end", () =>
            res.statusCode === 200 ? done(JSON.parse(text)) : fail(new Error(`${path}: ${res.statusCode} ${text}`)),
          );
        },
      );
      req.on("error", fail);
      req.end(body && JSON.stringify(body));
    });
  }

  /** What the customers of both providers are without, by our id of the payment. */
  async taken() {
    const { payments } = await this.tell("payments");
    return Object.fromEntries(payments.map((p) => [p.merchantId, p.taken]));
  }

  async stop() {
    for (const p of [this.#libraries, this.#sim]) {
      if (p === undefined || p.exitCode !== null || p.signalCode !== null) continue;
      const gone = new Promise((done) => p.once("exit", done));
      p.kill("SIGTERM");
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
