import { useEffect, useRef } from "react";
import { readLayout } from "../../model/layout";
import { type Layout, scanner } from "../../model/scanner";

/** Calls back with each code the barcode reader gives, wherever the focus is, while `on`. */
export function useScanner(heard: (code: string) => void, on = true, layout: Layout = readLayout()): void {
  const latest = useRef(heard);
  latest.current = heard;
  useEffect(() => (on ? scanner(document, layout, (code) => latest.current(code)) : undefined), [on, layout]);
}
