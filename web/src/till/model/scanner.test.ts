import { afterEach, expect, test, vi } from "vitest";
import { character, type Heard, type Key, type Layout, listener, once, scanner } from "./scanner";

function keys(text: string, layout: Layout): { code: string; shiftKey: boolean }[] {
  const codes = [
    ...Array.from({ length: 26 }, (_, i) => `Key${String.fromCharCode(65 + i)}`),
    ...Array.from({ length: 10 }, (_, i) => `Digit${i}`),
    ..."Minus Equal IntlYen BracketLeft BracketRight Backslash Semicolon Quote Backquote Comma Period Slash IntlRo Space".split(
      " ",
    ),
  ];
  return Array.from(text, (c) => {
    for (const shiftKey of [false, true]) {
      const code = codes.find((k) => character({ code: k, shiftKey }, layout) === c);
      if (code !== undefined) return { code, shiftKey };
    }
    throw new Error(`no key writes ${c}`);
  });
}

const plain = { ctrlKey: false, altKey: false, metaKey: false, repeat: false };
const enter = { code: "Enter", shiftKey: false };

function play(presses: { code: string; shiftKey: boolean }[], gap: number, layout: Layout = "us"): Heard | undefined {
  const ear = listener(layout);
  let at = 1000;
  let last: Heard | undefined;
  for (const p of presses) {
    at += gap;
    last = ear.hear({ ...plain, ...p, timeStamp: at } satisfies Key);
  }
  return last;
}

const payments = [
  "281012345678901234567890",
  "9000818188123456789012",
  "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw==",
  "hQVKUFFS+/aZ09==",
  "https://qr.paypay.ne.jp/28180104AbCd?x=1&y=2",
];

for (const layout of ["us", "jis"] as const) {
  for (const code of payments) {
    test(`a reader set to ${layout} is read by its physical keys: ${code.slice(0, 12)}…`, () => {
      expect(play([...keys(code, layout), enter], 8, layout)).toEqual({ scan: code });
    });
  }
}

test("typing is not a scan, however long", () => {
  expect(play([...keys("281012345678901234567890", "us"), enter], 90)).toBe("typing");
});

test("a short burst is not a scan", () => {
  expect(play([...keys("1234", "us"), enter], 5)).toBe("typing");
});

test("a reader that ends with Tab is a scan too", () => {
  expect(play([...keys("281012345678", "us"), { code: "Tab", shiftKey: false }], 8)).toEqual({ scan: "281012345678" });
});

test("what was typed before a scan does not belong to it", () => {
  const ear = listener("us");
  let at = 0;
  for (const p of keys("12", "us")) {
    at += 200;
    ear.hear({ ...plain, ...p, timeStamp: at });
  }
  at += 500;
  let last: Heard = "typing";
  for (const p of [...keys("281012345678", "us"), enter]) {
    at += 8;
    last = ear.hear({ ...plain, ...p, timeStamp: at });
  }
  expect(last).toEqual({ scan: "281012345678" });
});

test("a key that is held down is no reader", () => {
  const ear = listener("us");
  let last: Heard = "typing";
  for (let i = 0; i < 40; i++)
    last = ear.hear({ ...plain, code: "Digit1", shiftKey: false, repeat: i > 0, timeStamp: i * 30 });
  expect(last).toBe("typing");
});

test("the same code read twice in a row is one scan; the next customer's is another", () => {
  let now = 0;
  const fresh = once(() => now);
  expect(fresh("a")).toBe(true);
  now = 500;
  expect(fresh("a")).toBe(false);
  expect(fresh("b")).toBe(true);
  now = 10_000;
  expect(fresh("b")).toBe(true);
});

function burst(target: EventTarget, text: string, ime = false) {
  const t = vi.spyOn(performance, "now");
  let at = 1000;
  const pressed: KeyboardEvent[] = [];
  for (const k of [...keys(text, "us"), enter]) {
    const e = new KeyboardEvent("keydown", {
      ...k,
      key: ime ? "Process" : k.code,
      isComposing: ime,
      bubbles: true,
      cancelable: true,
    });
    at += 8;
    Object.defineProperty(e, "timeStamp", { value: at });
    t.mockReturnValue(at);
    target.dispatchEvent(e);
    if (target instanceof HTMLInputElement && !e.defaultPrevented) target.value += ime ? "あ" : "x";
    pressed.push(e);
  }
  t.mockRestore();
  return pressed;
}

afterEach(() => {
  document.body.innerHTML = "";
});

for (const ime of [false, true]) {
  test(`a scan into a field leaves the field as it was, IME ${ime ? "on" : "off"}`, () => {
    document.body.innerHTML = '<input value="山田">';
    const input = document.querySelector("input") as HTMLInputElement;
    input.focus();
    const got: string[] = [];
    const stop = scanner(document, "us", (s) => got.push(s));
    const pressed = burst(input, "281012345678901234567890", ime);
    expect(got).toEqual(["281012345678901234567890"]);
    expect(input.value).toBe("山田");
    expect(document.activeElement).toBe(input);
    expect(pressed.at(-1)?.defaultPrevented).toBe(true);
    stop();
    burst(input, "281012345678901234567899", ime);
    expect(got.length).toBe(1);
  });
}

test("the Enter of a scan presses no button that has the focus", () => {
  document.body.innerHTML = "<button>取りやめる</button>";
  const button = document.querySelector("button") as HTMLButtonElement;
  button.focus();
  const seen = vi.fn();
  button.addEventListener("keydown", seen);
  const stop = scanner(document, "us", () => {});
  burst(button, "281012345678901234567890");
  expect(seen.mock.calls.length).toBeLessThanOrEqual(3); // the first keys only: nobody knows yet that it is a reader
  expect(seen.mock.calls.some(([e]) => (e as KeyboardEvent).code === "Enter")).toBe(false);
  stop();
});
