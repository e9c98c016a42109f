// The real server as a process: started on a free port with a data directory of its own, killed, started again.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const binary = process.env.YAKUSHO_BIN ?? fileURLToPath(new URL("../../bin/yakusho", import.meta.url));

export class Server {
  /** @type {import("node:child_process").ChildProcess | undefined} */ #process;
  #sample;
  #guide;
  #config;
  #ca = "";
  port = 0;
  data = "";
  /** everything it wrote */
  log = "";
  /** CSP reports counted before a restart, which sets the counter back */
  #reports = 0;

  /**
   * @param {{sample?: boolean, guide?: boolean, config?: () => Promise<string>}} [o] guide: with the plain-HTTP page on the
   *   next port; config: what the config file says, asked once before the first start
   */
  constructor({ sample = true, guide = false, config } = {}) {
    this.#sample = sample;
    this.#guide = guide;
    this.#config = config;
  }

  get origin() {
    return `https://localhost:${this.port}`;
  }
  get guide() {
    return `http://localhost:${this.port + 1}`;
  }
  get ca() {
    return join(this.data, "tls", "ca.crt");
  }

  async start() {
    if (this.port === 0) {
      if (!existsSync(binary)) throw new Error(`no server at ${binary}: make build, or set YAKUSHO_BIN`);
      this.data = await mkdtemp(join(tmpdir(), "yakusho-e2e-"));
      this.port = await freePort();
      if (this.#config) await writeFile(this.#conf, await this.#config());
    }
    const args = ["serve", "--listen", `localhost:${this.port}`, "--data", this.data];
    if (this.#sample) args.push("--sample");
    if (this.#config) args.push("--config", this.#conf);
    args.push("--http", this.#guide ? `localhost:${this.port + 1}` : "off");
    const child = spawn(binary, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, TZ: "Asia/Tokyo" },
    });
    this.#process = child;
    const orphan = () => child.kill("SIGKILL");
    process.once("exit", orphan);
    child.once("exit", () => process.off("exit", orphan));
    for (const s of [child.stdout, child.stderr]) s.setEncoding("utf8").on("data", (x) => (this.log += x));
    await until("the server is ready", async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${this.log.slice(-2000)}`);
      this.#ca = await readFile(this.ca, "utf8");
      return (await this.get("/readyz")).status === 200;
    });
    if ((await this.get("/")).status !== 200)
      throw new Error(`${binary} was compiled without its front end: make build`);
    return this;
  }

  /** As a power cut would: nothing is told, nothing is finished. */
  async kill() {
    this.#reports += await this.#counted();
    await this.#end("SIGKILL");
  }

  /** Kills it and starts it again on the same port and data. */
  async restart() {
    await this.kill();
    await this.start();
  }

  async stop() {
    if (this.#process?.exitCode === null) {
      const code = await this.#end("SIGTERM");
      if (code !== 0) throw new Error(`the server ended with ${code} after SIGTERM: ${this.log.slice(-2000)}`);
    }
    await rm(this.data, { recursive: true, force: true });
    await rm(this.#conf, { force: true });
  }

  get #conf() {
    return `${this.data}.toml`;
  }

  /** @param {NodeJS.Signals} signal */
  #end(signal) {
    const child = this.#process;
    return new Promise((done) => {
      child?.once("exit", (code) => done(code));
      child?.kill(signal);
    });
  }

  /** How many reports of refused content came in since the first start. */
  async reports() {
    return this.#reports + (await this.#counted());
  }

  async #counted() {
    const { body } = await this.get("/metrics");
    const line = /^yakusho_csp_reports_total (\d+)$/m.exec(body);
    if (line === null) throw new Error("the metrics do not count CSP reports");
    return Number(line[1]);
  }

  /** A request from outside any browser. @param {string} path @returns {Promise<{status: number, body: string}>} */
  get(path) {
    return new Promise((done, fail) => {
      request({ host: "localhost", port: this.port, path, ca: this.#ca, agent: false, timeout: 5000 }, (res) => {
        let body = "";
        res.setEncoding("utf8").on("data", (x) => (body += x));
        res.on("end", () => done({ status: res.statusCode ?? 0, body }));
      })
        .on("error", fail)
        .on("timeout", function () {
          this.destroy(new Error("timeout"));
        })
        .end();
    });
  }
}

/** A port whose TCP, UDP and next TCP are free, below the range from which the system gives ports to others. */
async function freePort() {
  for (let n = 0; n < 50; n++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await free(port)) && (await free(port + 1))) return port;
  }
  throw new Error("no free port");
}

/** @param {number} port @returns {Promise<boolean>} */
async function free(port) {
  const tcp = await new Promise((done) => {
    const s = createServer();
    s.once("error", () => done(false)).listen(port, () => s.close(() => done(true)));
  });
  const udp = await new Promise((done) => {
    const s = createSocket("udp4");
    s.once("error", () => done(false)).bind(port, () => s.close(() => done(true)));
  });
  return tcp && udp;
}
