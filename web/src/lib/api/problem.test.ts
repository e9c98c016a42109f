import i18next from "i18next";
import { describe, expect, test } from "vitest";
import { ApiError, errorText, fromProblem } from "./problem";

const body = {
  type: "about:blank",
  title: "t",
  status: 429,
  code: "sign_in_limited",
  detail: "あと3分待ってください。",
  request_id: "r1",
};

describe("an answer that is not a success", () => {
  test("keeps the server's code, words and request id", () => {
    const e = fromProblem(429, body);
    expect([e.status, e.code, e.detail, e.requestId]).toEqual([
      429,
      "sign_in_limited",
      "あと3分待ってください。",
      "r1",
    ]);
  });
  test.each([502, 503, 504])("of a proxy in front of a dead server (%i) counts as not reached", (status) => {
    expect(fromProblem(status, "<html>").network).toBe(true);
  });
  test("of our server with 503 and a code is a refusal, not a lost line", () => {
    expect(fromProblem(503, { ...body, code: "sign_in_busy" }).network).toBe(false);
  });
  test.each([undefined, null, "text", {}, { code: 7 }, { code: "" }])(
    "without a usable body (%j) is unexpected",
    (b) => {
      expect(fromProblem(500, b).code).toBe("unexpected");
    },
  );
});

describe("the words for an error", () => {
  const t = i18next.t;
  test("in Japanese are the server's own, which carry the minutes", () => {
    expect(errorText(t, "ja", fromProblem(429, body))).toBe("あと3分待ってください。");
  });
  test("in English are the translation of the code", () => {
    expect(errorText(t, "en", fromProblem(429, body))).toMatch(/^Too many wrong tries/);
  });
  test("in English fall back to the server's Japanese rather than to nothing", () => {
    expect(errorText(t, "en", fromProblem(400, { ...body, code: "brand_new_code" }))).toBe("あと3分待ってください。");
  });
  test("for a server that is away say that nothing typed is lost", () => {
    expect(errorText(t, "ja", new ApiError({ status: 0, code: "network" }))).toContain("入力した内容は残っています");
  });
  test("for a bug of ours are a sentence, not its message", () => {
    expect(errorText(t, "ja", new TypeError("x is undefined"))).toContain("情報担当");
  });
});
