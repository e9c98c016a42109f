import {
  type MutateOptions,
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
} from "@tanstack/react-query";
import { useCallback, useRef } from "react";

/**
 * useMutation that goes out once: while an answer is awaited, more calls do nothing. `isPending` alone is not enough,
 * because the second press of a double press comes before the screen was drawn again.
 */
export function useSend<T, V = void>(options: UseMutationOptions<T, Error, V>): UseMutationResult<T, Error, V> {
  const m = useMutation(options);
  const busy = useRef(false);
  const mutate = m.mutate as Send<T, V>;
  const once: Send<T, V> = useCallback(
    (variables, o) => {
      if (busy.current) return;
      busy.current = true;
      mutate(variables, {
        ...o,
        onSettled: (...a) => {
          busy.current = false;
          o?.onSettled?.(...a);
        },
      });
    },
    [mutate],
  );
  return { ...m, mutate: once } as UseMutationResult<T, Error, V>;
}

type Send<T, V> = (variables: V, o?: MutateOptions<T, Error, V>) => void;
