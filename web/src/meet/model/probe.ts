import { LogLevel, Room, setLogLevel } from "livekit-client";
import type { CheckTicket } from "../api/startCheck";

/**
 * Connects to the private test room by one kind of path and hangs up again. Resolves to the ms it took; the error is a
 * short name for the report, never the address with its token.
 */
export async function probe(
  ticket: CheckTicket,
  how: "direct" | "relay",
  deadlineMs: number,
): Promise<{ ms: number } | { error: string }> {
  setLogLevel(LogLevel.silent);
  const room = new Room({ singlePeerConnection: false, reconnectPolicy: { nextRetryDelayInMs: () => null } });
  const url = `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}${ticket.media_path}`;
  const began = performance.now();
  let timer: number | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = window.setTimeout(() => reject(new Error("timeout")), deadlineMs);
    });
    const connected = room.connect(url, ticket.token, {
      rtcConfig:
        how === "direct" ? { iceServers: [] } : { iceServers: ticket.ice_servers, iceTransportPolicy: "relay" },
      autoSubscribe: false,
      maxRetries: 0,
      websocketTimeout: deadlineMs,
      peerConnectionTimeout: deadlineMs,
    });
    await Promise.race([connected, late]);
    return { ms: Math.round(performance.now() - began) };
  } catch (e) {
    const name = e instanceof Error ? e.message : String(e);
    return {
      error: /timeout|timed out|could not establish pc/i.test(name)
        ? "timeout"
        : /signal|websocket/i.test(name)
          ? "signal"
          : "failed",
    };
  } finally {
    window.clearTimeout(timer);
    await room.disconnect().catch(() => {});
  }
}

/** Downloads noise; ms from the first byte to the last, so that the round trip does not count as thin line. */
export async function download(bytes: number): Promise<number> {
  const r = await fetch(`/api/check/download?bytes=${bytes}`, {
    cache: "no-store",
    signal: AbortSignal.timeout(15_000),
  });
  if (!r.ok || r.body === null) throw new Error(`download answered ${r.status}`);
  const began = performance.now();
  const reader = r.body.getReader();
  for (;;) if ((await reader.read()).done) break;
  return performance.now() - began;
}

export async function upload(bytes: number): Promise<number> {
  const body = new Uint8Array(bytes);
  // The browser fills at most 64 KiB at once. Noise, so that nothing on the way can make it smaller.
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(body.subarray(at, Math.min(at + 65_536, bytes)));
  const began = performance.now();
  const r = await fetch("/api/check/upload", {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  if (!r.ok) throw new Error(`upload answered ${r.status}`);
  return performance.now() - began;
}
