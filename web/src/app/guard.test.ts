import { describe, expect, test } from "vitest";
import type { Session } from "@/lib/session";
import { decide, safeReturn } from "./guard";

const base: Session = {
  office: { name: "みほん市", contact: "" },
  signed_in: false,
  setup_needed: false,
  sample: false,
  features: ["meet"],
  time: "2026-10-14T04:10:00Z",
};
const account = (roles: ("admin" | "organiser" | "staff")[], must = false): Session => ({
  ...base,
  signed_in: true,
  account: { id: "a", login: "l", name: "n", department: "", office: "", roles, must_change_password: must },
});
const staff = account(["staff"]);
const guest: Session = { ...base, guest: { meeting: "m1", name: "山田" } };

describe("the way in", () => {
  test.each([
    ["nobody", base, "/", "/signin"],
    ["nobody", base, "/admin", "/signin?to=%2Fadmin"],
    ["nobody", base, "/m/m1", "/signin?to=%2Fm%2Fm1"],
    ["nobody", base, "/numbers", "/signin?to=%2Fnumbers"],
    ["a guest", guest, "/m/m2", "/signin?to=%2Fm%2Fm2"],
    ["a guest", guest, "/m/m1/x", "/signin?to=%2Fm%2Fm1%2Fx"],
    ["staff", staff, "/signin", "/"],
    ["staff", staff, "/setup/abc", "/"],
    ["someone with a temporary password", account(["admin"], true), "/", "/account"],
    ["someone with a temporary password", account(["admin"], true), "/m/m1", "/account"],
  ] as const)("%s is led on (%#)", (_, s, path, to) => {
    expect(decide(s, path, undefined)).toEqual({ kind: "go", to });
  });

  test.each([
    ["nobody", base, "/signin"],
    ["nobody", base, "/number"],
    ["nobody", base, "/check"],
    ["nobody", base, "/help"],
    ["nobody", base, "/setup/abc"],
    ["a guest", guest, "/m/m1"],
    ["staff", staff, "/m/m1"],
    ["staff", staff, "/account"],
    ["an admin", account(["admin"]), "/admin"],
    ["someone with a temporary password", account(["staff"], true), "/account"],
    ["someone with a temporary password", account(["staff"], true), "/help"],
  ] as const)("%s may stay (%#)", (_, s, path) => {
    expect(decide(s, path, undefined)).toEqual({ kind: "allow" });
  });

  test("staff see that a page is for admins instead of being sent away", () => {
    expect(decide(staff, "/admin", undefined)).toEqual({ kind: "forbidden" });
  });

  test("signing in leads back to where the person wanted to go", () => {
    expect(decide(staff, "/signin", "/m/m1")).toEqual({ kind: "go", to: "/m/m1" });
  });

  test("a sign-in that ends in mid-meeting does not end the meeting", () => {
    expect(decide(base, "/m/m1", undefined, "/m/m1")).toEqual({ kind: "allow" });
    expect(decide(base, "/m/m2", undefined, "/m/m1").kind).toBe("go");
    expect(decide(base, "/admin", undefined, "/admin").kind).toBe("go");
  });
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "evil",
  "",
  "/signin",
  "/signin?to=/signin",
  "/a\\b",
  undefined,
])("%j is no place to go back to", (to) => {
  expect(safeReturn(to)).toBe("/");
});

describe("the counter", () => {
  const till = (
    roles: NonNullable<Session["account"]>["roles"],
    features: Session["features"] = ["meet", "till"],
  ): Session => ({
    ...base,
    features,
    signed_in: true,
    account: { id: "a", login: "l", name: "n", department: "", office: "", roles, must_change_password: false },
  });
  test.each([
    ["a clerk", till(["clerk"]), "allow"],
    ["an accountant", till(["accountant", "staff"]), "allow"],
    ["an administrator", till(["admin"]), "allow"],
    ["staff", till(["staff"]), "forbidden"],
    ["a clerk where there are no counters", till(["clerk"], ["meet"]), "forbidden"],
  ])("%s", (_, s, kind) => {
    expect(decide(s, "/till/s/x", undefined).kind).toBe(kind);
  });
  test.each(["/display", "/practice", "/practice/pay/x"])("%s needs no sign-in: a customer stands there", (path) => {
    expect(decide(base, path, undefined).kind).toBe("allow");
  });
});
