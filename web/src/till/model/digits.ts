// Figures typed onto a key of the price list. A barcode reader types figures too, and its first ones come before anybody
// can know that it is one; so a figure counts only after a moment in which no other followed at a reader's pace.

const pace = 50;
/** Milliseconds to wait for a reader's next key. */
export const settle = 120;
/** Milliseconds within which a second figure belongs to the first: 1, 2 → 12. */
const together = 900;

export function figures() {
  let text = "";
  let last = Number.NEGATIVE_INFINITY;
  let reader = false;
  return {
    /** A figure was pressed. */
    press(digit: string, at: number): void {
      const gap = at - last;
      last = at;
      if (gap <= pace) {
        reader = true;
        text = "";
        return;
      }
      if (reader || gap > together) text = "";
      reader = false;
      text = (text + digit).slice(-3);
    },
    /** What was typed, when `settle` has passed since; undefined where a reader typed or nobody did. */
    typed(): number | undefined {
      return reader || text === "" ? undefined : Number(text);
    },
  };
}
