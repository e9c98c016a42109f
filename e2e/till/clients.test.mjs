// The official client libraries of PayPay and UnivaPay, as they come from the registry, work against paysim: what our own
// provider packages are tested with is not our own reading of the protocols alone.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Official } from "../lib/official.mjs";

const office = new Official();
before(() => office.start(["--multiple-refund"]));
after(() => office.stop());

let n = 0;
const fresh = () => `e2e-${process.pid}-${++n}`;
const yen = (amount) => ({ amount, currency: "JPY" });

describe("@paypayopa/paypayopa-sdk-node", () => {
  const show = (id, amount = 900) =>
    office.call("paypay.QRCodeCreate", {
      merchantPaymentId: id,
      amount: yen(amount),
      codeType: "ORDER_QR",
      orderDescription: "住民票の写し ほか1件",
      requestedAt: Math.floor(Date.now() / 1000),
    });
  const details = async (id) => (await office.call("paypay.GetCodePaymentDetails", [id])).BODY;

  test("a code is shown, paid and given back in two parts", async () => {
    const id = fresh();
    const shown = await show(id);
    assert.equal(shown.STATUS, 201);
    assert.equal(shown.BODY.resultInfo.code, "SUCCESS");
    assert.match(shown.BODY.data.url, /^https:\/\//);
    assert.ok(shown.BODY.data.expiryDate > Date.now() / 1000);
    assert.equal((await details(id)).data.status, "CREATED");
    assert.deepEqual((await show(id)).BODY.data.codeId, shown.BODY.data.codeId, "the same id again is the same code");

    await office.tell("paypay/pay", { merchantPaymentId: id, points: 80 });
    const paid = (await details(id)).data;
    assert.equal(paid.status, "COMPLETED");
    assert.deepEqual(paid.amount, yen(900));
    assert.equal((await office.taken())[id], 900);

    for (const [amount, left] of [
      [300, 600],
      [600, 0],
    ]) {
      const refund = fresh();
      const ask = {
        merchantRefundId: refund,
        paymentId: paid.paymentId,
        amount: yen(amount),
        reason: "品目の選び違い",
      };
      const first = await office.call("paypay.PaymentRefund", ask);
      assert.equal(first.STATUS, 200);
      assert.equal(
        (await office.call("paypay.PaymentRefund", ask)).STATUS,
        200,
        "the same refund again is no second one",
      );
      await office.tell("process", {});
      const back = await office.call("paypay.GetRefundDetails", [refund]); // it leaves the paymentId out
      assert.equal(back.BODY.data.status, "REFUNDED");
      assert.equal((await office.taken())[id], left);
    }
    const over = await office.call("paypay.PaymentRefund", {
      merchantRefundId: fresh(),
      paymentId: paid.paymentId,
      amount: yen(1),
      reason: "もう一度",
    });
    assert.notEqual(over.STATUS, 200);
    assert.equal((await details(id)).data.status, "REFUNDED");
  });

  test("a paid code is cancelled on its day", async () => {
    const id = fresh();
    await show(id);
    await office.tell("paypay/pay", { merchantPaymentId: id });
    const cancel = await office.call("paypay.PaymentCancel", [id]);
    assert.equal(cancel.STATUS, 202);
    assert.equal(cancel.BODY.resultInfo.code, "REQUEST_ACCEPTED");
    await office.tell("process", {});
    assert.equal((await details(id)).data.status, "FAILED");
    assert.equal((await office.taken())[id], 0);
  });

  test("a deleted code can be paid by nobody", async () => {
    const id = fresh();
    const { codeId } = (await show(id)).BODY.data;
    const gone = await office.call("paypay.QRCodeDelete", [codeId]);
    assert.equal(gone.STATUS, 200);
    const none = await office.call("paypay.GetCodePaymentDetails", [id]);
    assert.equal(none.STATUS, 400);
    assert.equal(none.BODY.resultInfo.code, "DYNAMIC_QR_PAYMENT_NOT_FOUND");
    await assert.rejects(office.tell("paypay/pay", { merchantPaymentId: id }));
  });

  test("an answer that is an error although the code was made is settled by asking", async () => {
    const id = fresh();
    await office.tell("faults", { kind: "error_after", provider: "paypay", method: "POST", path: "/v2/codes" });
    assert.equal((await show(id)).STATUS, 500);
    assert.equal((await details(id)).data.status, "CREATED");
    const cut = fresh();
    await office.tell("faults", { kind: "disconnect_after", provider: "paypay", method: "POST", path: "/v2/codes" });
    const none = await show(cut);
    assert.ok(none.ERROR, "the library says that nothing came");
    assert.equal((await details(cut)).data.status, "CREATED");
  });

  test("a wrong secret, a wrong clock and too many calls are refused as PayPay does", async () => {
    await office.as({ secret: "not the secret" });
    const who = await show(fresh());
    await office.as({});
    assert.equal(who.STATUS, 401);
    assert.equal(who.BODY.resultInfo.code, "UNAUTHORIZED");
    await office.tell("faults", { kind: "clock_skew", provider: "paypay", skewSeconds: 600 });
    assert.equal((await show(fresh())).STATUS, 401);
    await office.tell("faults", { kind: "rate_limit", provider: "paypay" });
    const fast = await show(fresh());
    assert.deepEqual([fast.STATUS, fast.BODY.resultInfo.code], [429, "RATE_LIMIT"]);
    await office.tell("faults", { kind: "maintenance", provider: "paypay" });
    const shut = await show(fresh());
    assert.deepEqual([shut.STATUS, shut.BODY.resultInfo.code], [503, "MAINTENANCE_MODE"]);
    await office.tell("faults", { faults: [] });
  });
});

describe("univapay-node", () => {
  const store = () => office.env.UNIVAPAY_STORE;
  /** A token of a code that a customer of a brand shows. */
  const scan = async (brand, more = {}) => {
    const { code } = await office.tell("univapay/code", { brand, ...more });
    return office.call("univapay.transactionTokens.create", {
      paymentType: "qr_scan",
      type: "one_time",
      data: { scannedQr: code },
    });
  };
  const charge = (token, amount, id, key = randomUUID()) =>
    office.call(
      "univapay.charges.create",
      { transactionTokenId: token.id, amount, currency: "JPY", capture: true, merchantTransactionId: id },
      { idempotentKey: key },
    );
  const poll = (c) => office.call("univapay.charges.poll", store(), c.id);

  for (const brand of ["pay_pay", "d_barai", "au_pay", "merpay", "rakuten_pay", "aeon_pay"]) {
    test(`a code of ${brand} is read, its brand told, and the money taken`, async () => {
      const id = fresh();
      const token = await scan(brand);
      assert.equal(token.data.brand, brand);
      const c = await poll(await charge(token, 300, id));
      assert.deepEqual([c.status, c.chargedAmount, c.error], ["successful", 300, null]);
      assert.equal((await office.taken())[id], 300);
    });
  }

  test("one idempotency key charges once, and the same key with another body is refused", async () => {
    const id = fresh();
    const token = await scan("d_barai");
    const key = randomUUID();
    const one = await charge(token, 300, id, key);
    assert.equal((await charge(token, 300, id, key)).id, one.id);
    await poll(one);
    assert.equal((await office.taken())[id], 300);
    const refused = await office.refusal(
      "univapay.charges.create",
      { transactionTokenId: token.id, amount: 301, currency: "JPY", capture: true, merchantTransactionId: id },
      { idempotentKey: key },
    );
    assert.equal(refused.code, "IDEMPOTENCY_KEY_CONFLICT");
  });

  test("money goes back in part", async () => {
    const id = fresh();
    const c = await poll(await charge(await scan("au_pay"), 900, id));
    const back = await office.call("univapay.refunds.create", store(), c.id, {
      amount: 300,
      currency: "JPY",
      reason: "customer_request",
    });
    assert.equal((await office.call("univapay.refunds.poll", store(), c.id, back.id)).status, "successful");
    assert.equal((await office.taken())[id], 600);
    for (const [amount, code] of [
      [901, "REFUND_EXCEEDS_CHARGE_AMOUNT"],
      [601, "REFUND_NOT_WITHIN_BOUNDS"],
    ]) {
      const ask = { amount, currency: "JPY", reason: "customer_request" };
      const over = await office.refusal("univapay.refunds.create", store(), c.id, ask);
      assert.equal(over.code, code);
    }
    assert.equal((await office.taken())[id], 600);
  });

  test("what goes wrong at the customer's phone comes as a charge with its code", async () => {
    const poor = await poll(await charge(await scan("d_barai", { insufficientFunds: true }), 300, fresh()));
    assert.deepEqual([poor.status, poor.error.code], ["failed", 330]);
    for (const [kind, code] of [
      ["expired_code", 323],
      ["used_code", 324],
      ["invalid_code", 322],
    ]) {
      const token = await scan("merpay");
      await office.tell("faults", { kind, provider: "univapay" });
      const c = await poll(await charge(token, 300, fresh()));
      assert.deepEqual([c.status, c.error.code], ["failed", code]);
    }
  });

  test("a code we show is paid by the customer", async () => {
    const id = fresh();
    const token = await office.call("univapay.transactionTokens.create", {
      paymentType: "qr_merchant",
      type: "one_time",
      data: { brand: "pay_pay_merchant" },
    });
    const c = await charge(token, 700, id);
    await office.tell("univapay/pay", { merchantTransactionId: id });
    assert.equal((await poll(c)).status, "successful");
    assert.equal((await office.taken())[id], 700);
  });

  test("what waits for the customer can be cancelled", async () => {
    const id = fresh();
    const token = await scan("pay_pay", { confirm: true });
    const c = await poll(await charge(token, 300, id));
    assert.equal(c.status, "awaiting");
    const x = await office.call("univapay.cancels.create", store(), c.id, {});
    assert.equal((await office.call("univapay.cancels.poll", store(), c.id, x.id)).status, "successful");
    assert.equal((await office.call("univapay.charges.get", store(), c.id)).status, "canceled");
    assert.equal((await office.taken())[id], 0);
  });

  test("an error after the money was taken is retried by the library and charges once", async () => {
    const id = fresh();
    const token = await scan("rakuten_pay");
    await office.tell("faults", { kind: "error_after", provider: "univapay", method: "POST", path: "/charges" });
    const key = randomUUID();
    const c = await charge(token, 300, id, key).catch(() => charge(token, 300, id, key));
    assert.equal((await poll(c)).status, "successful");
    const { payments } = await office.tell("payments");
    assert.equal(payments.filter((p) => p.merchantId === id).length, 1);
  });

  test("a wrong secret is refused", async () => {
    await office.as({ token: "not the secret" });
    const refused = await office.refusal("univapay.transactionTokens.create", {
      paymentType: "qr_scan",
      type: "one_time",
      data: { scannedQr: "123456789012" },
    });
    await office.as({});
    assert.equal(refused.httpCode, 401);
  });
});
