import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { useSend } from "./useSend";

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
);

test("a double press sends once, and after the answer it may be sent again, also after a refusal", async () => {
  let answer: (ok: boolean) => void = () => {};
  const send = vi.fn(() => new Promise<void>((yes, no) => (answer = (ok) => (ok ? yes() : no(new Error("refused"))))));
  const { result } = renderHook(() => useSend({ mutationFn: send }), { wrapper });
  act(() => {
    result.current.mutate();
    result.current.mutate();
  });
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(1));
  act(() => answer(false));
  await vi.waitFor(() => expect(result.current.isError).toBe(true));
  act(() => result.current.mutate());
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(2));
  act(() => answer(true));
  await vi.waitFor(() => expect(result.current.isSuccess).toBe(true));
});
