import { useEffect } from "react";

/** The room is dark, and so is everything that opens over it, which hangs from the body and not from the room. */
export function useDark(): void {
  useEffect(() => {
    document.documentElement.dataset.theme = "dark";
    return () => {
      delete document.documentElement.dataset.theme;
    };
  }, []);
}
