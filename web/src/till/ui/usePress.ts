import type { UseMutationResult } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { ApiError } from "@/lib/api/problem";
import { useSend } from "@/lib/useSend";
import { type Kept, Presses } from "../model/press";

const presses = new Presses(storage());

function storage(): Kept | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined; // forbidden by policy
  }
}

/** Whether the server has said what became of a command. Where it has not, the next press has to be the same one. */
export function answered(err: unknown): boolean {
  return err instanceof ApiError && !err.network && err.status < 500;
}

const tries = 4;

/**
 * Sends a command that is done once, however often it is sent or answered. `intent` names what is meant, e.g.
 * `drop:<sale>`; the key of one intent with one content stays the same, also over a reload, until the server has answered.
 * What finds no server is sent again by itself, with the same key.
 */
export async function keyed<T>(intent: string, content: unknown, send: (key: string) => Promise<T>): Promise<T> {
  const key = presses.key(intent, content);
  for (let n = 1; ; n++) {
    try {
      const got = await send(key);
      presses.settled(intent);
      return got;
    } catch (err) {
      if (err instanceof ApiError && err.network && n < tries) {
        await new Promise((r) => setTimeout(r, 400 * 2 ** n));
        continue;
      }
      if (answered(err)) presses.settled(intent);
      throw err;
    }
  }
}

/** `keyed` behind a button: while an answer is awaited, more presses do nothing. */
export function usePress<T, V = void>(o: {
  intent: string;
  send: (key: string, value: V) => Promise<T>;
  onSuccess?: (got: T, value: V) => void;
  onError?: (err: Error, value: V) => void;
}): UseMutationResult<T, Error, V> {
  const latest = useRef(o);
  latest.current = o;
  return useSend<T, V>({
    mutationFn: useCallback((value: V) => {
      const { intent, send } = latest.current;
      return keyed(intent, value ?? null, (key) => send(key, value));
    }, []),
    onSuccess: (got, value) => latest.current.onSuccess?.(got, value),
    onError: (err, value) => latest.current.onError?.(err, value),
  });
}
