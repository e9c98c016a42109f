import { useCallback, useState } from "react";

/** State of a text field that survives a reload and a forced sign-in, in this tab only. Never for passwords. */
export function useDraft(key: string, initial = ""): [string, (value: string) => void, () => void] {
  const name = `yakusho.draft.${key}`;
  const [value, setValue] = useState(() => {
    try {
      return sessionStorage.getItem(name) ?? initial;
    } catch {
      return initial; // storage forbidden: it is then only as lasting as the page
    }
  });
  const set = useCallback(
    (v: string) => {
      setValue(v);
      try {
        if (v === "") sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, v);
      } catch {
        // see above
      }
    },
    [name],
  );
  return [value, set, useCallback(() => set(""), [set])];
}
