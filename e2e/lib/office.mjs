// What happens behind the counters before a test begins: counters opened and sales made by the API, as fast as it goes.
import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** Today in Japan, some days on. */
export function day(n = 0) {
  const t = new Date(Date.now() + n * 86_400_000);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(t);
}

const key = () => crypto.randomUUID();

async function ok(p, method, path, body) {
  const got = await p.api(method, path, body);
  assert.ok(got.status < 300, `${method} ${path}: ${got.status} ${JSON.stringify(got.body)}`);
  return got.body;
}

/** A counter without stickers, open with 30,000 yen of change. @param {import("./person.mjs").Person} p */
export async function opens(p, number = 2, float = 30_000) {
  const c = (await ok(p, "GET", "/api/till/me")).counters.find((x) => x.number === number);
  if (c.session) return c.session;
  return ok(p, "POST", `/api/till/counters/${c.id}/sessions`, { key: key(), float, scans: [], training: false });
}

/** What a customer owes. @param {[name: string, count: number, reduction?: string][]} goods */
export async function owes(p, session, ...goods) {
  const list = await ok(p, "GET", "/api/till/pricelist");
  const items = list.groups.flatMap((g) => g.items);
  const choices = goods.map(([name, count, reduction]) => ({
    item: items.find((i) => i.name === name).id,
    count,
    ...(reduction ? { reduction: list.reductions.find((r) => r.name === reduction).id } : {}),
  }));
  return (await ok(p, "POST", `/api/till/sessions/${session}/sales`, { key: key(), choices })).sale;
}

/** Paid in cash. */
export async function cash(p, session, ...goods) {
  const sale = await owes(p, session, ...goods);
  if (sale.total > 0)
    await ok(p, "POST", `/api/till/sales/${sale.id}/attempts`, { key: key(), way: "cash", tendered: sale.total });
  return sale;
}

/** A code on our screen that nobody has paid yet. */
export async function shows(p, session, ...goods) {
  const sale = await owes(p, session, ...goods);
  const attempt = await ok(p, "POST", `/api/till/sales/${sale.id}/attempts`, {
    key: key(),
    way: "show",
    wallet: "paypay",
  });
  return { sale, attempt };
}

/** Paid by PayPay. @param {import("./paysim.mjs").Paysim} sim */
export async function paypay(p, sim, session, ...goods) {
  const { sale, attempt } = await shows(p, session, ...goods);
  await until("the code is on the screen", async () => (await ok(p, "GET", `/api/till/attempts/${attempt.id}`)).qr);
  await sim.pays(attempt.id);
  await until(
    "the sale is paid",
    async () => (await ok(p, "GET", `/api/till/sales/${sale.id}`)).sale.state === "paid",
    30_000,
  );
  return { sale, attempt };
}
