import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/lib/api/problem";
import { type Session, sessionQuery } from "@/lib/session";
import { signIn } from "../api/signIn";
import { SignInPage } from "./SignInPage";

vi.mock("../api/signIn", () => ({ signIn: vi.fn() }));

const session: Session = {
  office: { name: "みほん市", contact: "情報政策課" },
  signed_in: false,
  setup_needed: false,
  sample: true,
  sample_accounts: [{ login: "sato", password: "mihon-no-machi", name: "佐藤 美咲", note: "企画課・職員" }],
  features: ["meet"],
  time: new Date().toISOString(),
};

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(sessionQuery.queryKey, session);
  render(
    <QueryClientProvider client={client}>
      <SignInPage />
    </QueryClientProvider>,
  );
  return client;
}

beforeEach(() => {
  sessionStorage.clear();
  vi.mocked(signIn).mockReset();
});

test("an empty form says which field and sends nothing", async () => {
  show();
  await userEvent.click(screen.getByRole("button", { name: "ログインする" }));
  expect(screen.getByText("ログイン名を入れてください。")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("ログイン名"));
  expect(signIn).not.toHaveBeenCalled();
});

test("a sample person fills the form in; signing in is still a press, and full-width letters are understood", async () => {
  vi.mocked(signIn).mockResolvedValue({ ...session, signed_in: true });
  const client = show();
  await userEvent.click(screen.getByRole("button", { name: /佐藤 美咲/ }));
  expect(signIn).not.toHaveBeenCalled();
  await userEvent.clear(screen.getByLabelText("ログイン名"));
  await userEvent.type(screen.getByLabelText("ログイン名"), "ｓａｔｏ ");
  await userEvent.click(screen.getByRole("button", { name: "ログインする" }));
  await waitFor(() => expect(client.getQueryData(sessionQuery.queryKey)?.signed_in).toBe(true));
  expect(vi.mocked(signIn).mock.calls[0]?.[0]).toEqual({ login: "sato", password: "mihon-no-machi" });
});

test("a refusal is read aloud, takes the focus, keeps the name and drops the password", async () => {
  vi.mocked(signIn).mockRejectedValue(
    new ApiError({ status: 401, code: "sign_in_wrong", detail: "ログイン名またはパスワードが違います。" }),
  );
  show();
  await userEvent.type(screen.getByLabelText("ログイン名"), "sato");
  await userEvent.type(screen.getByLabelText("パスワード"), "chigau{Enter}");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("ログイン名またはパスワードが違います。");
  expect(document.activeElement).toBe(alert);
  expect(screen.getByLabelText<HTMLInputElement>("ログイン名").value).toBe("sato");
  expect(screen.getByLabelText<HTMLInputElement>("パスワード").value).toBe("");
});
