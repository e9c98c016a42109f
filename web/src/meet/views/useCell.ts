import { useSyncExternalStore } from "react";
import type { Watchable } from "../model/cell";

/** Draws again when the value changes. */
export function useCell<T>(cell: Watchable<T>): T {
  return useSyncExternalStore(cell.watch, cell.get);
}
