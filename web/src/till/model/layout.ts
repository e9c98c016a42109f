// Which keyboard the barcode reader at this PC pretends to be.
import type { Layout } from "./scanner";

const storageKey = "yakusho.till.reader";

export function readLayout(): Layout {
  try {
    return localStorage.getItem(storageKey) === "jis" ? "jis" : "us";
  } catch {
    return "us";
  }
}

export function keepLayout(l: Layout): void {
  try {
    localStorage.setItem(storageKey, l);
  } catch {
    // storage forbidden: it lasts as long as the page
  }
}

/** What the test code says: its last two marks lie on other keys in the other layout. */
export const testCode = "YAKUSHO-TEST:0123=OK";

/** The layout a reader is set to, from the test code as it was heard under one; undefined where it was no test code. */
export function layoutOf(heard: string, under: Layout): Layout | undefined {
  if (heard === testCode) return under;
  return heard === (under === "us" ? asUs : asJis) ? (under === "us" ? "jis" : "us") : undefined;
}

// The test code of a reader set to the other layout.
const asUs = "YAKUSHO-TEST'0123_OK";
const asJis = "YAKUSHO-TEST+0123^OK";
