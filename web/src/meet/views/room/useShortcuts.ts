import { useEffect, useRef } from "react";

/**
 * Alt with one letter: free in Chrome and Edge on Windows, and not touched by a Japanese IME (which takes Alt+半角,
 * function keys and Ctrl with letters). Works wherever the focus is, the chat included.
 */
export const shortcuts = { mic: "M", camera: "V", hand: "H", share: "S", people: "P", chat: "C" } as const;
export type Shortcut = keyof typeof shortcuts;

/** For aria-keyshortcuts. */
export const keyOf = (s: Shortcut) => `Alt+${shortcuts[s]}`;

export function useShortcuts(actions: Record<Shortcut, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (!e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || e.isComposing || e.repeat) return;
      for (const [name, key] of Object.entries(shortcuts)) {
        if (e.code === `Key${key}`) {
          e.preventDefault();
          latest.current[name as Shortcut]();
        }
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
