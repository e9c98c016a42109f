import {
  ConnectionQuality,
  DisconnectReason,
  type LocalTrack,
  LogLevel,
  type Participant,
  type RemoteTrack,
  type RemoteTrackPublication,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  type TrackPublishOptions,
} from "livekit-client";
import { Cell } from "./cell";
import { noLine, readLine } from "./line";
import type { IceServer, Link, LinkEvents, LinkHealth, Ticket } from "./link";
import type { LocalMedia, Outlet } from "./media";
import type { Peer } from "./roster";
import { readPath, readVideo } from "./stats";

// Longer than a busy server needs, shorter than people wait. The session tries again by itself.
const signalDeadline = 5000;
const mediaDeadline = 8000;

// The engine's own tries to resume: at once and once more. After that the session fetches a new ticket, which the
// engine cannot do: a used ticket opens no new connection.
const resumeTries = [0, 300];

/** A Link made with livekit-client. The only file, beside media.ts, that knows that library. */
export class LiveLink implements Link, Outlet {
  readonly peers = new Cell<readonly Peer[]>([]);
  readonly soundBlocked = new Cell(false);
  readonly #room: Room;
  readonly #media: LocalMedia;
  readonly #events: LinkEvents;
  #closing = false;
  #refresh: number | undefined;
  #sounds = new Map<RemoteTrack, HTMLMediaElement>();
  #stopMedia: (() => void) | undefined;
  #video = { decoded: 0, dropped: 0 };

  constructor(media: LocalMedia, events: LinkEvents, speaker: string | undefined) {
    setLogLevel(LogLevel.error);
    this.#media = media;
    this.#events = events;
    this.#room = new Room({
      adaptiveStream: true,
      dynacast: true,
      // Two connections join some 350 ms faster than one on a fresh page (measured, see docs/adr).
      singlePeerConnection: false,
      stopLocalTrackOnUnpublish: false,
      disconnectOnPageLeave: true,
      reconnectPolicy: { nextRetryDelayInMs: (c) => resumeTries[c.retryCount] ?? null },
      audioOutput: speaker ? { deviceId: speaker } : undefined,
    });
    this.#listen();
  }

  async connect(t: Ticket): Promise<void> {
    const url = `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}${t.media_path}`;
    await this.#room.connect(url, t.token, {
      // Our own servers replace the list of the engine, so that no other name can ever reach this browser.
      rtcConfig: { iceServers: t.ice_servers },
      autoSubscribe: true,
      maxRetries: 0,
      websocketTimeout: signalDeadline,
      peerConnectionTimeout: mediaDeadline,
    });
    pinToken(this.#room, t.token);
    this.#stopMedia = this.#media.state.watch(this.#soon);
    this.soundBlocked.set(!this.#room.canPlaybackAudio);
    this.#now();
    // Seeing and hearing the others does not wait for what oneself sends.
    void this.#media.connect(this).catch((e) => console.error("publish", e));
  }

  setIceServers(servers: readonly IceServer[]): void {
    const engine = engineOf(this.#room);
    // Resuming reads rtcConfig and hands it to both transports before ICE restarts.
    if (engine !== undefined) engine.rtcConfig = { ...engine.rtcConfig, iceServers: [...servers] };
  }

  setSpeaker(id: string): void {
    void this.#room.switchActiveDevice("audiooutput", id).catch(() => {});
  }

  async startSound(): Promise<void> {
    await this.#room.startAudio();
  }

  async publish(track: LocalTrack, options: TrackPublishOptions): Promise<void> {
    await this.#room.localParticipant.publishTrack(track, options);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    await this.#room.localParticipant.unpublishTrack(track, false);
  }

  async health(): Promise<LinkHealth> {
    const engine = engineOf(this.#room);
    const out: LinkHealth = {
      paths: [],
      expecting: false,
      mark: markOf(this.#room.localParticipant.connectionQuality),
      videos: 0,
      paused: 0,
      limited: false,
      cpu: false,
      line: noLine,
      decoded: 0,
      dropped: 0,
      relayed: false,
    };
    for (const name of ["publisher", "subscriber"] as const) {
      const report = await engine?.pcManager?.[name]?.getStats();
      if (report === undefined) continue;
      const path = readPath(name, report);
      if (path !== undefined) {
        out.paths.push(path.sample);
        out.relayed ||= path.relayed;
      }
      const v = readVideo(report);
      out.limited ||= v.limited;
      out.cpu ||= v.cpu;
      out.line = readLine(report, out.line);
      out.decoded += v.decoded;
      out.dropped += v.dropped;
    }
    const total = { decoded: out.decoded, dropped: out.dropped };
    out.decoded = Math.max(0, total.decoded - this.#video.decoded);
    out.dropped = Math.max(0, total.dropped - this.#video.dropped);
    this.#video = total;
    for (const p of this.#room.remoteParticipants.values()) {
      for (const pub of p.trackPublications.values()) {
        if (pub.isMuted || !pub.isSubscribed) continue;
        if (pub.kind === Track.Kind.Video) {
          if (!(pub as RemoteTrackPublication).isEnabled) continue;
          out.videos += 1;
          if (pub.track?.streamState === Track.StreamState.Paused) {
            out.paused += 1;
            continue;
          }
        }
        out.expecting = true;
      }
    }
    const own = this.#media.state.get();
    out.expecting ||= own.camera.status === "on" || own.sharing || (own.mic.status === "on" && !own.muted);
    return out;
  }

  async close(leaving: boolean): Promise<void> {
    this.#closing = true;
    this.#release();
    const client = engineOf(this.#room)?.client;
    if (!leaving && client !== undefined) client.sendLeave = async () => {};
    await this.#room.disconnect(false).catch(() => {});
  }

  #listen(): void {
    const r = this.#room;
    for (const e of [
      RoomEvent.ParticipantConnected,
      RoomEvent.ParticipantDisconnected,
      RoomEvent.TrackSubscribed,
      RoomEvent.TrackUnsubscribed,
      RoomEvent.TrackPublished,
      RoomEvent.TrackUnpublished,
      RoomEvent.TrackMuted,
      RoomEvent.TrackUnmuted,
      RoomEvent.LocalTrackPublished,
      RoomEvent.LocalTrackUnpublished,
      RoomEvent.ActiveSpeakersChanged,
      RoomEvent.TrackStreamStateChanged,
      RoomEvent.ConnectionQualityChanged,
    ] as const) {
      r.on(e, this.#soon);
    }
    r.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind === Track.Kind.Audio) this.#sounds.set(track, track.attach());
    });
    r.on(RoomEvent.TrackUnsubscribed, (track) => this.#silence(track));
    r.on(RoomEvent.AudioPlaybackStatusChanged, () => this.soundBlocked.set(!r.canPlaybackAudio));
    r.on(RoomEvent.SignalConnected, () => this.#tell(() => this.#events.admitted()));
    r.on(RoomEvent.SignalReconnecting, () => this.#tell(() => this.#events.resuming()));
    r.on(RoomEvent.Reconnecting, () => this.#tell(() => this.#events.resuming()));
    r.on(RoomEvent.Reconnected, () => {
      this.#soon();
      this.#tell(() => this.#events.resumed());
    });
    r.on(RoomEvent.Disconnected, (reason) => {
      const closing = this.#closing;
      this.#closing = true;
      this.#release();
      if (!closing) this.#events.closed(reason === DisconnectReason.DUPLICATE_IDENTITY ? "elsewhere" : "line");
    });
  }

  #tell(f: () => void): void {
    if (!this.#closing) f();
  }

  readonly #soon = (): void => {
    this.#refresh ??= window.setTimeout(this.#now, 40);
  };

  readonly #now = (): void => {
    this.#refresh = undefined;
    if (this.#closing) return;
    const own = this.#media.state.get();
    const local = this.#room.localParticipant;
    const peers: Peer[] = [
      {
        id: local.identity,
        name: local.name ?? "",
        mic: own.mic.status !== "on" ? "none" : own.muted ? "muted" : "on",
        speaking: local.isSpeaking && !own.muted,
        camera: own.picture,
        paused: false,
      },
    ];
    for (const p of this.#room.remoteParticipants.values()) peers.push(peerOf(p));
    this.peers.set(peers);
  };

  #silence(track: RemoteTrack): void {
    track.detach();
    this.#sounds.delete(track);
  }

  #release(): void {
    if (this.#refresh !== undefined) clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#stopMedia?.();
    this.#stopMedia = undefined;
    this.#media.disconnect(this);
    for (const t of [...this.#sounds.keys()]) this.#silence(t);
  }
}

function peerOf(p: Participant): Peer {
  const mic = p.getTrackPublication(Track.Source.Microphone);
  const cam = p.getTrackPublication(Track.Source.Camera);
  const screen = p.getTrackPublication(Track.Source.ScreenShare);
  return {
    id: p.identity,
    name: p.name ?? "",
    mic: mic === undefined ? "none" : mic.isMuted ? "muted" : "on",
    speaking: p.isSpeaking,
    camera: cam?.isMuted === false ? cam.track : undefined,
    screen: screen?.isMuted === false ? screen.track : undefined,
    paused: cam?.track?.streamState === Track.StreamState.Paused,
  };
}

function markOf(q: ConnectionQuality): LinkHealth["mark"] {
  switch (q) {
    case ConnectionQuality.Excellent:
    case ConnectionQuality.Good:
      return "good";
    case ConnectionQuality.Poor:
      return "poor";
    case ConnectionQuality.Lost:
      return "lost";
  }
  return "unknown";
}

/** The parts of the library's engine that have no public name. Looked up each time: a room may change its engine. */
interface Engine {
  client?: { sendLeave(): Promise<void> };
  rtcConfig?: RTCConfiguration;
  pcManager?: Partial<Record<"publisher" | "subscriber", { getStats(): Promise<RTCStatsReport> | undefined }>>;
}

/**
 * The engine of the server sends tokens of its own from time to time, and the library would resume with the newest. Our
 * server admits a connection by the ticket it was made with and by nothing else.
 */
function pinToken(room: Room, token: string): void {
  const engine = engineOf(room);
  if (engine !== undefined)
    Object.defineProperty(engine, "token", { get: () => token, set: () => {}, configurable: true });
}

function engineOf(room: Room): Engine | undefined {
  return (room as unknown as { engine?: Engine }).engine;
}
