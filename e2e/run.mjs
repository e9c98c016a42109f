// Runs the browser tests one file after the other and ends with their counts.
//   node run.mjs [--screens] [folder or file ...]
// --screens keeps the pictures of all screens in docs/screens, when nothing failed and nothing was left out.
// YAKUSHO_BIN names another server than ../bin/yakusho.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const limit = 20 * 60_000; // for all of it; a hanging browser must not hang the build

const wanted = process.argv.slice(2).filter((a) => a !== "--screens");

/** @param {string} at @returns {Promise<string[]>} */
async function tests(at) {
  if (!(await stat(at)).isDirectory()) return [at];
  const names = await readdir(at, { recursive: true });
  return names
    .filter((n) => n.endsWith(".test.mjs"))
    .sort()
    .map((n) => join(at, n));
}
const files = (
  await Promise.all(
    (wanted.length > 0 ? wanted : ["auth", "check", "meet", "till", "screens"]).map((w) => tests(join(here, w))),
  )
).flat();

const stop = new AbortController();
const timer = setTimeout(() => {
  console.error(`the tests took longer than ${limit / 60_000} minutes`);
  process.exitCode = 1;
  stop.abort();
}, limit);

await rm(join(here, "out"), { recursive: true, force: true });
const screens = join(here, "out", "kept");
if (process.argv.includes("--screens")) process.env.SCREENS = screens;
const began = performance.now();
const counts = { pass: 0, fail: 0, skip: 0 };
const slow = [];
const stream = run({ files, concurrency: 1, signal: stop.signal })
  .on("test:pass", (t) => {
    if (t.details.type === "suite") return;
    if (t.skip !== undefined || t.todo !== undefined) counts.skip += 1;
    else counts.pass += 1;
    slow.push([t.details.duration_ms, t.name]);
  })
  .on("test:fail", (t) => {
    counts.fail += 1;
    slow.push([t.details.duration_ms, t.name]);
    process.exitCode = 1;
  });
stream.compose(spec).pipe(process.stdout);
stream.once("end", () => {
  clearTimeout(timer);
  process.once("beforeExit", () => {
    if (counts.pass === 0) process.exitCode = 1;
    slow.sort((a, b) => b[0] - a[0]);
    for (const [ms, name] of slow.slice(0, 5)) console.log(`slowest: ${(ms / 1000).toFixed(1)} s  ${name}`);
    if (process.env.SCREENS && counts.fail === 0 && wanted.length === 0) {
      const kept = join(here, "../docs/screens");
      rmSync(kept, { recursive: true, force: true });
      cpSync(screens, kept, { recursive: true });
    }
    // For the one who prints the counts of all runners together.
    mkdirSync(join(here, "../out"), { recursive: true });
    writeFileSync(join(here, "../out/e2e.json"), JSON.stringify(counts));
    console.log(
      `e2e: ${files.length} files, ${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped in ${Math.round((performance.now() - began) / 1000)} s`,
    );
  });
});
