import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/lib/api/client";
import { sessionQuery } from "@/lib/session";
import { ClosingSteps } from "./ClosingSteps";

const book = (o: object = {}, session: object = {}) =>
  ({
    categories: [],
    methods: [],
    voids: [],
    refunds: [],
    open: [],
    revenue: 900,
    cash: 300,
    cashless: 600,
    expected: 30_300,
    may_sign: true,
    may_close: false,
    ...o,
    session: { id: "s", state: "open", float: 30_000, version: 3, signed: false, ...session },
  }) as never as Schemas["DayBook"];

const draft = (o: object = {}) => ({
  owner: "",
  count: {},
  sum: "",
  bySum: false,
  taken: null,
  printedAt: "",
  skipped: false,
  signedVersion: null,
  ...o,
});

function show(b: Schemas["DayBook"], d = draft()) {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  client.setQueryData(sessionQuery.queryKey, { account: { name: "佐藤 花子" } } as never);
  client.setQueryData(["till", "accountants"], [{ account: "k", name: "伊藤 真理", department: "会計課" }] as never);
  render(
    <QueryClientProvider client={client}>
      <ClosingSteps book={b} draft={d} set={() => {}} drawer={undefined} onMoved={() => {}} />
    </QueryClientProvider>,
  );
}

const filled = () => screen.getAllByRole("button").filter((b) => b.className.includes("bg-key "));

test("one action is filled at a time: that of the step that is due", () => {
  show(book());
  expect(filled().map((b) => b.textContent)).toEqual(["現金を数える"]);
  expect(screen.getAllByRole("listitem").find((l) => l.getAttribute("aria-current") === "step")?.textContent).toContain(
    "現金を数える",
  );
});

test("who signed is told in words that somebody else closes, and has no button for it", () => {
  show(book({ signed_by: "佐藤 花子", counted: 30_300 }, { signed: true }));
  expect(screen.getByText("署名は済みました。締めるのは別の方です")).toBeTruthy();
  expect(filled()).toEqual([]);
});

test("the second person closes, with the difference in sight", () => {
  show(book({ signed_by: "佐藤 花子", counted: 30_000, may_close: true }, { signed: true }));
  expect(filled().map((b) => b.textContent)).toEqual(["確認して締める"]);
  expect(screen.getByText(/300円 足りません/)).toBeTruthy();
});

test("after the close nothing is left to press but to print and to save", () => {
  show(book({ signed_by: "佐藤 花子", closed_by: "田中 一郎", counted: 30_300 }, { signed: true, state: "closed" }));
  expect(filled()).toEqual([]);
  expect(screen.getByRole("link", { name: /日計表（XLSX）/ }).getAttribute("href")).toContain(
    "/api/till/exports/daybook",
  );
});
