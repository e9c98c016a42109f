// Waiting for a condition, with a deadline. The tests never wait for a length of time.
import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until the answer is truthy, and gives it back.
 * @template T
 * @param {string} what said when it never came
 * @param {() => T | Promise<T>} ask an error counts as "not yet"
 * @param {number} [ms] deadline
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, ms = 15_000) {
  const end = performance.now() + ms;
  let last;
  for (;;) {
    try {
      const got = await ask();
      if (got) return got;
      last = got;
    } catch (err) {
      last = err;
    }
    if (performance.now() > end) {
      const seen = last instanceof Error ? last.message.split("\n")[0] : JSON.stringify(last);
      throw new Error(`not within ${ms} ms: ${what} (last seen: ${seen})`);
    }
    await pause(100);
  }
}
