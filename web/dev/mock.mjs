// A pretend server for looking at the screens: answers the contract with a sample town from memory and serves dist.
// For development only; nothing of it is in the product.   node dev/mock.mjs [port]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".json": "application/json",
};
const csp =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' data:; base-uri 'none'; object-src 'none'";

export const at = (minutes) => new Date(Math.floor(Date.now() / 60_000) * 60_000 + minutes * 60_000).toISOString();

const people = [
  {
    id: "a1",
    login: "sato",
    name: "佐藤 美咲",
    department: "企画課 企画係",
    office: "東庁舎",
    roles: ["staff"],
    note: "企画課・職員",
  },
  {
    id: "a2",
    login: "admin",
    name: "田中 一郎",
    department: "情報政策課",
    office: "本庁舎",
    roles: ["admin", "staff"],
    note: "情報政策課・管理者",
  },
  {
    id: "a3",
    login: "takahashi",
    name: "高橋 誠",
    department: "総務課",
    office: "本庁舎",
    roles: ["organiser", "staff"],
    note: "総務課・会議の運営",
  },
  {
    id: "a4",
    login: "nakamura",
    name: "中村 健",
    department: "危機管理課",
    office: "本庁舎",
    roles: ["staff"],
    note: "危機管理課・職員",
  },
  {
    id: "a5",
    login: "inoue",
    name: "井上 直子",
    department: "財政課",
    office: "本庁舎",
    roles: ["staff"],
    note: "財政課・職員",
  },
  {
    id: "a6",
    login: "kita",
    name: "北川 優",
    department: "北支所 窓口係",
    office: "北支所",
    roles: ["staff"],
    note: "北支所・職員",
  },
].map((a) => ({
  ...a,
  disabled: a.id === "a6",
  must_change_password: a.id === "a5",
  last_sign_in: a.id === "a5" ? undefined : at(-600),
}));

/** Fresh state; `who` is the login that is signed in. */
export function town({ who, meetings = "three", setup = false, guest } = {}) {
  return {
    who,
    guest,
    setup,
    accounts: structuredClone(people),
    meetings: meetings === "three" ? threeMeetings() : [],
    chat: [],
  };
}

function threeMeetings() {
  const m = (id, title, from, to, state, host, department, present, offices) => ({
    id,
    number: "482913",
    pin: "7260",
    title,
    state,
    starts_at: at(from),
    ends_at: at(to),
    host_name: host,
    host_department: department,
    host: false,
    present,
    present_offices: offices,
    locked: false,
    guests_allowed: true,
  });
  return [
    m("m1", "庁舎改修 工程会議", -10, 20, "open", "高橋 誠", "総務課", 5, ["本庁舎", "東庁舎", "北支所"]),
    m("m2", "防災訓練 係打合せ", 20, 50, "scheduled", "中村 健", "危機管理課", 0, []),
    m("m3", "補正予算 事前説明会", 110, 170, "scheduled", "井上 直子", "財政課", 0, []),
  ];
}

const refuse = (status, code, detail) => ({ status, body: { type: "about:blank", title: code, status, code, detail } });

function session(s) {
  const a = s.accounts.find((x) => x.login === s.who);
  return {
    office: { name: "みほん市", contact: "情報政策課（内線 2310）" },
    signed_in: a !== undefined,
    account: a,
    guest: s.guest,
    setup_needed: s.setup,
    sample: true,
    sample_accounts: people.map((p) => ({ login: p.login, password: "mihon-no-machi", name: p.name, note: p.note })),
    features: ["meet"],
    time: new Date().toISOString(),
  };
}

const routes = [
  ["GET", /^\/api\/session$/, (s) => session(s)],
  [
    "POST",
    /^\/api\/session$/,
    (s, b) => {
      if (b.password !== "mihon-no-machi")
        return refuse(
          401,
          "sign_in_wrong",
          "ログイン名またはパスワードが違います。入力を確かめて、もう一度お試しください。忘れたときは情報担当に連絡してください。",
        );
      s.who = b.login;
      return session(s);
    },
  ],
  [
    "DELETE",
    /^\/api\/session(\/everywhere)?$/,
    (s) => {
      s.who = undefined;
    },
  ],
  [
    "PUT",
    /^\/api\/session\/password$/,
    (s, b) => {
      if (b.new.length < 10)
        return refuse(400, "password_too_short", "パスワードが短すぎます。10文字以上にしてください。");
      s.accounts.find((x) => x.login === s.who).must_change_password = false;
      return session(s);
    },
  ],
  [
    "POST",
    /^\/api\/setup$/,
    (s, b) => {
      s.setup = false;
      s.accounts.push({
        id: "new",
        login: b.login,
        name: b.name,
        department: "",
        office: "",
        roles: ["admin"],
        disabled: false,
        must_change_password: false,
      });
      s.who = b.login;
      return session(s);
    },
  ],
  ["GET", /^\/api\/accounts$/, (s) => s.accounts],
  [
    "POST",
    /^\/api\/accounts$/,
    (s, b) => {
      if (s.accounts.some((a) => a.login === b.login))
        return refuse(409, "login_taken", "同じログイン名のアカウントがすでにあります。別のログイン名にしてください。");
      const account = {
        id: `n${s.accounts.length}`,
        department: "",
        office: "",
        disabled: false,
        must_change_password: true,
        ...b,
      };
      s.accounts.push(account);
      return { status: 201, body: { account, password: "kumo-7384-midori" } };
    },
  ],
  [
    "PATCH",
    /^\/api\/accounts\/(\w+)$/,
    (s, b, id) =>
      Object.assign(
        s.accounts.find((a) => a.id === id),
        b,
      ),
  ],
  [
    "DELETE",
    /^\/api\/accounts\/(\w+)\/password$/,
    (s, _, id) => ({
      status: 200,
      body: { account: s.accounts.find((a) => a.id === id), password: "kumo-7384-midori" },
    }),
  ],
  ["DELETE", /^\/api\/accounts\/(\w+)\/sessions$/, () => {}],
  ["GET", /^\/api\/meetings$/, (s) => s.meetings],
  [
    "POST",
    /^\/api\/meetings$/,
    (s, b) => {
      const m = {
        ...threeMeetings()[0],
        id: `m${s.meetings.length + 1}`,
        title: b.title || "佐藤 美咲 の会議",
        host: true,
        present: 0,
        present_offices: [],
        host_name: "佐藤 美咲",
        host_department: "企画課 企画係",
      };
      s.meetings.push(m);
      return { status: 201, body: m };
    },
  ],
  [
    "POST",
    /^\/api\/meetings\/enter$/,
    (s, b) => {
      const m = threeMeetings()[0];
      if (b.number !== m.number || b.pin !== m.pin)
        return refuse(
          400,
          "number_or_pin_wrong",
          "会議番号か暗証番号が違います。もう一度、番号を確かめて入れてください。終わった会議の番号は使えません。",
        );
      if (!s.who) s.guest = { meeting: m.id, name: b.name };
      return m;
    },
  ],
  [
    "GET",
    /^\/api\/meetings\/(\w+)$/,
    (s, _, id) =>
      s.meetings.find((m) => m.id === id) ??
      refuse(404, "meeting_unknown", "この会議は見つかりません。今日の会議の一覧から選び直してください。"),
  ],
];

/** Starts the pretend server on loopback; `state.down` makes it answer 503 to every call. */
export async function serve(state, port = 0) {
  const server = createServer(async (req, res) => {
    const path = new URL(req.url, "http://x").pathname;
    res.setHeader("Content-Security-Policy", csp);
    if (!path.startsWith("/api/")) return file(path, res);
    let raw = "";
    for await (const part of req) raw += part;
    if (state.down) return res.writeHead(503).end();
    for (const [method, pattern, answer] of routes) {
      const m = pattern.exec(path);
      if (!m || method !== req.method) continue;
      const out = answer(state, raw === "" ? {} : JSON.parse(raw), m[1]);
      const { status, body } =
        out && typeof out.status === "number" ? out : { status: out === undefined ? 204 : 200, body: out };
      res.writeHead(status, {
        "Content-Type": status < 400 ? "application/json" : "application/problem+json",
        "Cache-Control": "no-store",
      });
      return res.end(body === undefined ? undefined : JSON.stringify(body));
    }
    res
      .writeHead(404, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify(refuse(404, "not_found", "この場所には何もありません。").body));
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function file(path, res) {
  const wanted = normalize(path).replace(/^\/+/, "");
  const name = extname(wanted) === "" ? "index.html" : wanted;
  try {
    const enc =
      types[extname(name)] && extname(name) !== ".woff2"
        ? await readFile(join(dist, `${name}.br`)).catch(() => undefined)
        : undefined;
    const body = enc ?? (await readFile(join(dist, name)));
    res
      .writeHead(200, {
        "Content-Type": types[extname(name)] ?? "application/octet-stream",
        ...(enc && { "Content-Encoding": "br" }),
      })
      .end(body);
  } catch {
    res.writeHead(404).end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(town(), Number(process.argv[2] ?? 8480));
  console.log(url);
}
