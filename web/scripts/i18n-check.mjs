// Fails when the two languages do not say the same things, when a text has no key or a key no text, and when Japanese
// is written anywhere else than in locales/.
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));
const problems = [];

async function* walk(dir) {
  for (const e of await readdir(dir, { withFileTypes: true })) {
    const p = join(dir, e.name);
    if (e.isDirectory()) yield* walk(p);
    else yield p;
  }
}

// Flat keys; the plural endings of a language are one key, and lists are one text.
function flat(o, prefix, out) {
  for (const [k, v] of Object.entries(o)) {
    const key = `${prefix}.${k}`;
    if (typeof v === "object" && !Array.isArray(v)) flat(v, key, out);
    else {
      const base = key.replace(/_(zero|one|two|few|many|other)$/, "");
      out.set(base, (out.get(base) ?? "") + JSON.stringify(v));
    }
  }
  return out;
}

async function texts(language) {
  const dir = join(src, "locales", language);
  const out = new Map();
  for (const name of await readdir(dir))
    flat(JSON.parse(await readFile(join(dir, name), "utf8")), name.replace(/\.json$/, ""), out);
  return out;
}

const [ja, en] = [await texts("ja"), await texts("en")];
const holes = (s) => [...new Set([...s.matchAll(/{{\s*(\w+)\s*}}/g)].map((m) => m[1]))].sort().join(",");
for (const [key, text] of ja) {
  if (!en.has(key)) problems.push(`en has no ${key}`);
  else if (holes(text) !== holes(en.get(key))) problems.push(`${key}: ja and en do not fill in the same values`);
}
for (const key of en.keys()) {
  // The Japanese of a server's error is the server's own sentence; only the translation is kept here.
  if (!ja.has(key) && !key.startsWith("errors.")) problems.push(`ja has no ${key}`);
}

const japanese = /[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]/;
for await (const file of walk(src)) {
  if (!/\.(ts|tsx|css)$/.test(file) || /\.test\.tsx?$|\.gen\.ts$/.test(file)) continue;
  const code = await readFile(file, "utf8");
  const name = relative(src, file);
  const bare = code
    .replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ""))
    .replace(/(^|[\s;{}(,])\/\/.*$/gm, "$1");
  bare.split("\n").forEach((line, i) => {
    if (japanese.test(line)) problems.push(`${name}:${i + 1}: Japanese outside locales: ${line.trim()}`);
  });
  for (const m of bare.matchAll(/\bt\(\s*"([^"]+)"/g)) {
    if (!ja.has(m[1])) problems.push(`${name}: no text for ${m[1]}`);
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${ja.size} texts in both languages`);
