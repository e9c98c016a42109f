/** Puts text on the clipboard. False where the browser does not let us: then it has to be written down. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
