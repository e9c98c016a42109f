// The official client libraries of the providers, unchanged, in a process that trusts the certificate of paysim: Node reads
// NODE_EXTRA_CA_CERTS only when it starts, and PayPay's library speaks nothing but https.
// A message {n, call: "paypay.QRCodeCreate", args} is answered by {n, ok} or {n, refused}.
import { createRequire } from "node:module";
import Univapay from "univapay-node";

const paypay = createRequire(import.meta.url)("@paypayopa/paypayopa-sdk-node");
console.log = () => {}; // it prints links about every refusal

/** @param {{origin: string, key: string, secret: string, merchant: string, jwt: string, token: string}} o */
function setUp(o) {
  const { hostname, port } = new URL(o.origin);
  paypay.Configure({
    clientId: o.key,
    clientSecret: o.secret,
    merchantId: o.merchant,
    conf: new paypay.Conf({ hostName: hostname, portNumber: Number(port) }),
  });
  libraries.univapay = new Univapay({ endpoint: o.origin, jwt: o.jwt, secret: o.token });
  return {};
}

const libraries = { paypay, univapay: undefined, set: { up: setUp } };

process.on("message", async ({ n, call, args }) => {
  const [first, ...rest] = call.split(".");
  let on = libraries[first];
  for (const name of rest.slice(0, -1)) on = on[name];
  try {
    process.send({ n, ok: await on[rest.at(-1)](...args) });
  } catch (err) {
    process.send({ n, refused: { name: err.constructor.name, message: err.message, ...err.errorResponse } });
  }
});
