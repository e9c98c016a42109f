import { expect, test } from "vitest";
import { lackOf } from "./secure";

test("the lack of a secure context comes first, since it also takes the devices away", () => {
  expect(lackOf({ isSecureContext: false, navigator: {} })).toBe("insecure");
  expect(lackOf({ isSecureContext: true, navigator: {} })).toBe("no-media");
  expect(lackOf({ isSecureContext: true, navigator: { mediaDevices: {} } })).toBeUndefined();
});
