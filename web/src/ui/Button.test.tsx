import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { Button } from "./Button";
import { Confirm } from "./Dialog";

function Once({ onSend }: { onSend: () => void }) {
  const [busy, setBusy] = useState(false);
  const press = () => {
    onSend();
    setBusy(true);
  };
  return (
    <Button isPending={busy} onPress={press}>
      送る
    </Button>
  );
}

test("a pending button keeps the focus and does nothing twice", async () => {
  const pressed = vi.fn();
  render(<Once onSend={pressed} />);
  const button = screen.getByRole("button", { name: "送る" });
  await userEvent.click(button);
  await userEvent.click(button);
  await userEvent.keyboard("{Enter}");
  expect(pressed).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(button);
});

test("a question starts on the way out, and Escape takes it", async () => {
  const [yes, no] = [vi.fn(), vi.fn()];
  render(
    <Confirm open title="消しますか" action="消す" onConfirm={yes} onCancel={no}>
      戻せません。
    </Confirm>,
  );
  expect(screen.getByRole("alertdialog", { name: "消しますか" })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "やめる" }));
  await userEvent.keyboard("{Escape}");
  expect(no).toHaveBeenCalledTimes(1);
  expect(yes).not.toHaveBeenCalled();
});
