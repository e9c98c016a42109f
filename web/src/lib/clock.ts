import { useEffect, useState } from "react";

// Milliseconds that the server's clock is ahead of ours. Desk PCs are off by minutes now and then; 「あと20分」 is not.
let ahead = 0;

/** Learns the server's clock from an answer that has just arrived. */
export function setServerTime(iso: string): void {
  const at = Date.parse(iso);
  if (!Number.isNaN(at)) ahead = at - Date.now();
}

/** Now, by the server's clock. */
export function serverNow(): Date {
  return new Date(Date.now() + ahead);
}

/** `serverNow`, redrawn at this interval. */
export function useNow(everyMs = 10_000): Date {
  const [now, set] = useState(serverNow);
  useEffect(() => {
    const id = window.setInterval(() => set(serverNow()), everyMs);
    return () => window.clearInterval(id);
  }, [everyMs]);
  return now;
}
