import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Select } from "./Select";

const options = [
  { id: "a", label: "内蔵マイク" },
  { id: "b", label: "USB ヘッドセット" },
];

test("the closed list says the chosen word only, and the keyboard changes it", async () => {
  const onChange = vi.fn();
  render(<Select label="マイク" options={options} value="a" onChange={onChange} />);
  const button = screen.getByRole("button", { name: /マイク/ });
  expect(button.textContent).toBe("内蔵マイク");
  expect(button.querySelectorAll("svg")).toHaveLength(1);
  await userEvent.tab();
  await userEvent.keyboard("{Enter}{ArrowDown}{Enter}");
  expect(onChange).toHaveBeenCalledWith("b");
});
