import { expect, test, vi } from "vitest";
import { api, call } from "./client";
import { isReachable } from "./reach";

const answer = (status: number, body: unknown) =>
  vi
    .spyOn(globalThis, "fetch")
    .mockResolvedValue(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));

test("a lost line marks the server as away until any answer arrives, even a refusal", async () => {
  const fetch = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
  const client = () =>
    call(api.GET("/api/session", { baseUrl: "http://here/", fetch: (r: Request) => globalThis.fetch(r) }));
  await expect(client()).rejects.toMatchObject({ code: "network" });
  expect(isReachable()).toBe(false);
  fetch.mockRestore();
  answer(403, { code: "admin_only", detail: "d" });
  await expect(client()).rejects.toMatchObject({ status: 403, code: "admin_only" });
  expect(isReachable()).toBe(true);
});

test("a request that the page itself gave up says nothing about the server", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new DOMException("gone", "AbortError"));
  await expect(
    call(api.GET("/api/session", { baseUrl: "http://here/", fetch: (r: Request) => globalThis.fetch(r) })),
  ).rejects.toThrow("gone");
  expect(isReachable()).toBe(true);
});
