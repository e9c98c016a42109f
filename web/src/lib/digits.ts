/** The digits of what someone typed: full-width ones become half-width, spaces, hyphens and what an IME makes of them go, anything else stays to be refused. */
export function digits(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s\-\u2010-\u2015\u2212\u30fc]/g, "");
}

/** Numbers to read aloud, in groups: 482913 → 482 913, 7260 → 72 60. */
export function grouped(number: string): string {
  const size = number.length % 3 === 0 ? 3 : 2;
  return number.match(new RegExp(`.{1,${size}}`, "g"))?.join(" ") ?? number;
}
