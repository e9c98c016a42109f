import type { Watchable } from "./cell";
import type { LineSample } from "./line";
import type { Peer } from "./roster";
import type { PathSample } from "./watchdog";

/** What the server gives somebody who may come in. */
export interface Ticket {
  participant: string;
  token: string;
  media_path: string;
  ice_servers: IceServer[];
  expires_at: string;
}

export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

/** What a connection tells about itself. After `closed` nothing more comes. */
export interface LinkEvents {
  /** the server has let us in; media come next */
  admitted(): void;
  /** the connection is being taken up again underneath; picture and sound may stand still */
  resuming(): void;
  resumed(): void;
  /** over, and not by close(): another tab of the same person took the place, or anything else */
  closed(why: "elsewhere" | "line"): void;
}

/** What the connection looks like at one moment. */
export interface LinkHealth {
  paths: PathSample[];
  /** somebody's media should be arriving, or answers to ours */
  expecting: boolean;
  mark: "good" | "poor" | "lost" | "unknown";
  videos: number;
  paused: number;
  limited: boolean;
  /** the browser sends our picture smaller because this computer is too slow */
  cpu: boolean;
  line: LineSample;
  decoded: number;
  dropped: number;
  /** by what path media goes: straight, or relayed over TLS */
  relayed: boolean;
}

/** One connection to the media engine. It is used once; a new try is a new link. */
export interface Link {
  readonly peers: Watchable<readonly Peer[]>;
  /** the browser waits for a press before it plays sound */
  readonly soundBlocked: Watchable<boolean>;
  connect(ticket: Ticket): Promise<void>;
  /** Relay credentials for the next time the engine looks for a path by itself. */
  setIceServers(servers: readonly IceServer[]): void;
  setSpeaker(id: string): void;
  startSound(): Promise<void>;
  health(): Promise<LinkHealth>;
  /** Ends the connection and leaves the own tracks alone. With `leaving`, the others are told at once that the person
   *  has gone; without, the server keeps the place for the connection that follows. */
  close(leaving: boolean): Promise<void>;
}
