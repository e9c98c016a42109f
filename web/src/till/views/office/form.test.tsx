import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ApiError } from "@/lib/api/problem";
import { TextField } from "@/ui";
import { SendForm, useDraftOf, type Wrong } from "./form";

const press = (o: object = {}) =>
  ({ mutate: vi.fn(), isPending: false, isError: false, error: null, ...o }) as never as Parameters<
    typeof SendForm<string>
  >[0]["press"] & { mutate: ReturnType<typeof vi.fn> };

function Form({ p, check }: { p: ReturnType<typeof press>; check?: () => Record<string, string> }) {
  return (
    <SendForm
      press={p}
      value={() => "sent"}
      known={["name", "code"]}
      check={check}
      failed="保存できませんでした"
      action="保存する"
    >
      {(wrong: Wrong) => (
        <>
          <TextField label="名前" error={wrong("name")} />
          <TextField label="コード" error={wrong("code", 0)} />
        </>
      )}
    </SendForm>
  );
}

const refused = (field: string, ...messages: string[]) =>
  new ApiError({
    status: 400,
    code: "item_invalid",
    detail: "直してください。",
    problems: messages.map((message) => ({ field, message })),
  });

test("what the server finds wrong stands beside its field, which takes the focus", () => {
  render(<Form p={press({ isError: true, error: refused("code", "空白は使えません。") })} />);
  expect(screen.getByText("空白は使えません。")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("コード"));
  expect(screen.getByRole("alert").textContent).toContain("入力した内容は残っています");
});

test("a refusal of the whole stands above, in the server's words", () => {
  const error = new ApiError({ status: 409, code: "moved", detail: "ほかの操作で状態が変わりました。" });
  render(<Form p={press({ isError: true, error })} />);
  expect(screen.getByRole("alert").textContent).toContain("ほかの操作で状態が変わりました。");
});

test("what can be said before asking is said, and nothing is sent", async () => {
  const p = press();
  const { rerender } = render(<Form p={p} check={() => ({ name: "名前を入れてください。" })} />);
  await userEvent.click(screen.getByRole("button", { name: "保存する" }));
  expect(screen.getByText("名前を入れてください。")).toBeTruthy();
  expect(p.mutate).not.toHaveBeenCalled();
  rerender(<Form p={p} check={() => ({})} />);
  await userEvent.click(screen.getByRole("button", { name: "保存する" }));
  expect(p.mutate).toHaveBeenCalledExactlyOnceWith("sent");
});

test("Enter does not send twice while an answer is awaited", async () => {
  const p = press({ isPending: true });
  render(<Form p={p} />);
  await userEvent.type(screen.getByLabelText("名前"), "x{Enter}");
  expect(p.mutate).not.toHaveBeenCalled();
});

function Draft() {
  const [d, set, clear] = useDraftOf("test", { name: "", note: "はじめ" });
  return (
    <>
      <output>{`${d.name}|${d.note}`}</output>
      <button type="button" onClick={() => set({ name: "途中" })}>
        set
      </button>
      <button type="button" onClick={clear}>
        clear
      </button>
    </>
  );
}

test("a draft outlives its page, and a stored one of before gets the fields that are new", async () => {
  sessionStorage.clear();
  const first = render(<Draft />);
  await userEvent.click(screen.getByText("set"));
  first.unmount();
  sessionStorage.setItem("yakusho.draft.test", JSON.stringify({ name: "途中" }));
  render(<Draft />);
  expect(screen.getByRole("status").textContent).toBe("途中|はじめ");
  await userEvent.click(screen.getByText("clear"));
  expect(screen.getByRole("status").textContent).toBe("|はじめ");
  expect(sessionStorage.getItem("yakusho.draft.test")).toBeNull();
});
