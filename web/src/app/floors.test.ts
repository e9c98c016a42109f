// The floors of the front end as a test: ui and lib know no feature, features do not know each other, model/ knows no
// framework, and the media client stays out of what everyone loads first.
import { expect, test } from "vitest";

const files = import.meta.glob<string>("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const features = ["auth", "meet", "till"];

interface Import {
  file: string;
  from: string;
  target: string;
}

function imports(): Import[] {
  const out: Import[] = [];
  for (const [path, code] of Object.entries(files)) {
    const file = path.startsWith("../") ? path.slice(3) : `app/${path.slice(2)}`;
    for (const m of code.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      const spec = m[1] ?? "";
      const dir = file.split("/").slice(0, -1);
      if (spec.startsWith(".")) {
        for (const part of spec.split("/")) {
          if (part === "..") dir.pop();
          else if (part !== ".") dir.push(part);
        }
        out.push({ file, from: file.split("/")[0] ?? "", target: dir.join("/") });
      } else out.push({ file, from: file.split("/")[0] ?? "", target: spec.replace(/^@\//, "") });
    }
  }
  return out;
}

const all = imports();
const top = (i: Import) => i.target.split("/")[0] ?? "";
const show = (list: Import[]) => list.map((i) => `${i.file} → ${i.target}`);

test("the scan sees the code", () => {
  expect(all.length).toBeGreaterThan(100);
  expect(all.some((i) => i.file === "app/router.tsx" && i.target.startsWith("meet/views"))).toBe(true);
});

test("lib imports no feature, no ui and not the application; ui may use lib", () => {
  expect(show(all.filter((i) => i.from === "lib" && [...features, "ui", "app"].includes(top(i))))).toEqual([]);
  expect(show(all.filter((i) => i.from === "ui" && [...features, "app"].includes(top(i))))).toEqual([]);
});

test("features do not import each other nor the application", () => {
  expect(
    show(all.filter((i) => features.includes(i.from) && [...features, "app"].includes(top(i)) && top(i) !== i.from)),
  ).toEqual([]);
});

test("model/ is free of frameworks and of views", () => {
  const bad = (i: Import) =>
    /^(react|react-dom|react-i18next|react-aria-components|@tanstack\/.*)(\/|$)/.test(i.target) ||
    /\/views\//.test(i.target) ||
    top(i) === "ui";
  expect(show(all.filter((i) => /^\w+\/model\//.test(i.file) && !/\.test\.tsx?$/.test(i.file) && bad(i)))).toEqual([]);
});

test("each file in api/ makes at most one call", () => {
  const many = Object.entries(files).filter(
    ([p, code]) =>
      /\.\.\/(auth|meet|till)\/api\//.test(p) && (code.match(/\bapi\.(GET|POST|PUT|PATCH|DELETE)\(/g) ?? []).length > 1,
  );
  expect(many.map(([p]) => p)).toEqual([]);
});

test("what is loaded first does not reach the media client", () => {
  const exists = (t: string) =>
    ["", ".ts", ".tsx", "/index.ts"]
      .map((e) => t + e)
      .find((t2) => files[`../${t2}`] !== undefined || files[`./${t2.replace(/^app\//, "")}`] !== undefined);
  const lazy = new Set([
    "app/MeetingRoute.tsx",
    "app/SetupRoute.tsx",
    "meet/views/index.ts",
    "auth/views/AccountPage.tsx",
    "auth/views/AdminPage.tsx",
  ]);
  const seen = new Set<string>();
  const walk = (file: string) => {
    if (seen.has(file) || lazy.has(file)) return;
    seen.add(file);
    for (const i of all) {
      const next = i.file === file ? exists(i.target) : undefined;
      if (next) walk(next);
    }
  };
  walk("app/main.tsx");
  expect(seen.size).toBeGreaterThan(20);
  const heavy = /^(livekit-client|@livekit|@mediapipe|@sapphi-red)/;
  expect(show(all.filter((i) => seen.has(i.file) && heavy.test(i.target)))).toEqual([]);
});
