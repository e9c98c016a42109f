// A barcode reader is a very fast keyboard. With the Japanese IME on, a key says "Process" and its text goes into the
// composition; what stays true is the physical key (event.code). So a scan is read from physical keys by the layout the
// reader is set to, wherever the focus is, and told from typing by its pace. Whatever field the burst fell into gets its
// old value back, and the Enter of a scan presses no button.

/** The keyboard the reader pretends to be. Readers leave the factory as "us". */
export type Layout = "us" | "jis";

/** What is needed of a KeyboardEvent. */
export interface Key {
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  /** Milliseconds, of any clock that only goes forward. */
  timeStamp: number;
}

/** Slower than this between two keys, in milliseconds, is a person. */
const PACE = 50;
/** Shorter than this is no code for payment and no sticker. */
const SHORTEST = 8;
/** Longer than this is no code either: something is stuck. */
const LONGEST = 1024;

const digits = ")!@#$%^&*(";
const digitsJis = "\u0000!\"#$%&'()";
const us: Record<string, string> = {
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Backquote: "`~",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Space: "  ",
};
const jis: Record<string, string> = {
  Minus: "-=",
  Equal: "^~",
  IntlYen: "\\|",
  BracketLeft: "@`",
  BracketRight: "[{",
  Backslash: "]}",
  Semicolon: ";+",
  Quote: ":*",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  IntlRo: "\\_",
  Space: "  ",
};

/** The character of a physical key, or undefined for a key that writes none. */
export function character(key: Pick<Key, "code" | "shiftKey">, layout: Layout): string | undefined {
  const { code, shiftKey } = key;
  if (/^Key[A-Z]$/.test(code)) return shiftKey ? code.charAt(3) : code.charAt(3).toLowerCase();
  if (/^Numpad[0-9]$/.test(code)) return code.charAt(6);
  if (/^Digit[0-9]$/.test(code)) {
    const n = Number(code.charAt(5));
    return shiftKey ? (layout === "jis" ? digitsJis : digits).charAt(n) : String(n);
  }
  return (layout === "jis" ? jis : us)[code]?.charAt(shiftKey ? 1 : 0);
}

export type Heard = "typing" | "burst" | { scan: string };

/** Tells a scan from typing, key by key. It knows no document. */
export function listener(layout: Layout) {
  let text = "";
  let last = Number.NEGATIVE_INFINITY;
  let quick = 0;
  return {
    /** How many characters have come at a reader's pace so far. */
    length: () => text.length,
    hear(key: Key): Heard {
      if (key.ctrlKey || key.altKey || key.metaKey || key.repeat) {
        text = "";
        return "typing";
      }
      if (/^(Shift|CapsLock)/.test(key.code)) return text === "" ? "typing" : "burst"; // between two letters of a burst
      const gap = key.timeStamp - last;
      last = key.timeStamp;
      if (gap > PACE) {
        text = "";
        quick = 0;
      } else quick++;
      if (key.code === "Enter" || key.code === "NumpadEnter" || key.code === "Tab") {
        const scan = text;
        text = "";
        return gap <= PACE && scan.length >= SHORTEST ? { scan } : "typing";
      }
      const c = character(key, layout);
      if (c === undefined || text.length >= LONGEST) {
        text = "";
        return "typing";
      }
      text += c;
      return quick >= 3 ? "burst" : "typing";
    },
  };
}

/** A second scan of the same code within this time, in milliseconds, is the same press of the trigger. */
const TWICE = 3000;

/** Lets the same code through once. */
export function once(now: () => number) {
  let code = "";
  let at = Number.NEGATIVE_INFINITY;
  return (scan: string): boolean => {
    // Counted from the one that was let through: somebody who keeps trying is heard again.
    if (scan === code && now() - at < TWICE) return false;
    code = scan;
    at = now();
    return true;
  };
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function field(target: EventTarget | null): Field | undefined {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : undefined;
}

/** React listens for the native setter's event, not for an assignment. */
function restore(f: Field, value: string) {
  const proto = f instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(proto, "value")?.set?.call(f, value);
  f.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Calls back with each scan, wherever the focus is. Returns what stops it. */
export function scanner(doc: Document, layout: Layout, heard: (scan: string) => void): () => void {
  const ear = listener(layout);
  const fresh = once(() => performance.now());
  let before: { field: Field; value: string } | undefined;
  const onKey = (e: KeyboardEvent) => {
    const was = ear.length();
    const f = field(e.target);
    if (was === 0 && f !== undefined) before = { field: f, value: f.value };
    const what = ear.hear(e);
    if (was > 0 && ear.length() === 1 && f !== undefined) before = { field: f, value: f.value }; // typed slowly until now
    if (what === "typing") return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (what === "burst") return;
    if (before !== undefined) {
      before.field.blur(); // ends a composition of the IME
      restore(before.field, before.value);
      before.field.focus();
      before = undefined;
    }
    if (fresh(what.scan)) heard(what.scan);
  };
  doc.addEventListener("keydown", onKey, { capture: true });
  return () => doc.removeEventListener("keydown", onKey, { capture: true });
}
