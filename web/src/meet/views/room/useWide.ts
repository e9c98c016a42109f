import { useEffect, useState } from "react";

const query = "(min-width: 64rem)";

/** Is there room for the panels beside the picture? Changes when a tablet is turned or the page is zoomed. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia?.(query).matches ?? true);
  useEffect(() => {
    const m = window.matchMedia?.(query);
    if (m === undefined) return;
    const change = () => setWide(m.matches);
    change();
    m.addEventListener("change", change);
    return () => m.removeEventListener("change", change);
  }, []);
  return wide;
}
