import { useSyncExternalStore } from "react";

// Whether the last request got an answer from the server. Written by `call` and by whoever else talks to the server
// (the meeting's event stream), read by the banner.
let reachable = true;
const listeners = new Set<() => void>();

export function setReachable(now: boolean): void {
  if (now === reachable) return;
  reachable = now;
  for (const l of listeners) l();
}

export function isReachable(): boolean {
  return reachable;
}

function subscribe(l: () => void): () => void {
  listeners.add(l);
  return () => listeners.delete(l);
}

/** False from the first request that found no server until one that did. */
export function useReachable(): boolean {
  return useSyncExternalStore(subscribe, isReachable);
}
