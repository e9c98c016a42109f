// The providers as a process of their own on loopback, and a server that knows no other.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until } from "./until.mjs";

const binary = process.env.PAYSIM_BIN ?? fileURLToPath(new URL("../../bin/paysim", import.meta.url));

export class Paysim {
  /** @type {import("node:child_process").ChildProcess | undefined} */ #process;
  #folder = "";
  #log = "";
  origin = "";

  /** Starts it on a free port and gives what the server's config has to say about it. */
  async start() {
    this.#folder = await mkdtemp(join(tmpdir(), "yakusho-paysim-"));
    const child = spawn(binary, ["--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    const orphan = () => child.kill("SIGKILL");
    process.once("exit", orphan);
    child.once("exit", () => process.off("exit", orphan));
    for (const s of [child.stdout, child.stderr]) s.setEncoding("utf8").on("data", (x) => (this.#log += x));
    this.origin = await until("paysim listens", () => /http:\/\/127\.0\.0\.1:\d+/.exec(this.#log)?.[0]);
    const { stdout } = await promisify(execFile)(binary, ["env"]);
    const env = join(this.#folder, "provider.env");
    await writeFile(env, stdout, { mode: 0o600 }); // the server refuses what others can read
    const part = (name) => `[till.${name}]\nendpoint = "${this.origin}"\ncredentials_file = "${env}"\n`;
    return `[till]\nenabled = true\ncontact = "会計課（内線 2145）"\n${part("paypay")}${part("univapay")}`;
  }

  async stop() {
    const child = this.#process;
    if (child?.exitCode === null) {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A command of its control API. @param {string} path @param {object} [body] */
  async tell(path, body) {
    const res = await fetch(`${this.origin}/_sim/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!res.ok) throw new Error(`paysim ${path}: ${res.status} ${await res.text()}`);
    return res;
  }

  /** What goes wrong from now on; nothing where none is named. */
  async faults(...faults) {
    await this.tell("faults", { faults });
  }

  /** The customer pays a code on our screen. */
  async pays(attempt) {
    await this.tell("paypay/pay", { merchantPaymentId: attempt });
  }

  /** The settlement file of a day, as the provider has it. @returns {Promise<Buffer>} */
  async settlement(provider, day) {
    return Buffer.from(await (await this.tell(`settlement/${provider}?date=${day}`)).arrayBuffer());
  }
}
