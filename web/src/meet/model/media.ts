import {
  AudioPresets,
  createLocalAudioTrack,
  createLocalScreenTracks,
  createLocalVideoTrack,
  type LocalAudioTrack,
  type LocalTrack,
  type LocalVideoTrack,
  Track,
  TrackEvent,
  type TrackPublishOptions,
  VideoPresets,
} from "livekit-client";
import { Cell } from "./cell";
import { explain, type MediaCause, surroundings } from "./mediaError";
import type { TrackRef } from "./roster";

/** Where one device stands. `off` is chosen, `failed` is not. */
export interface DeviceState {
  status: "off" | "opening" | "on" | "failed";
  cause?: MediaCause;
}

export type EffectState = "off" | "starting" | "on" | "failed";

export interface LocalState {
  mic: DeviceState;
  /** the microphone is open but sends silence */
  muted: boolean;
  /** the microphone as captured, for meters; changes when another device is chosen */
  micTrack?: MediaStreamTrack;
  camera: DeviceState;
  picture?: TrackRef;
  sharing: boolean;
  blur: EffectState;
  quiet: EffectState;
}

/** Where the tracks go while a connection exists. */
export interface Outlet {
  publish(track: LocalTrack, options: TrackPublishOptions): Promise<void>;
  unpublish(track: LocalTrack): Promise<void>;
}

const microphoneOptions: TrackPublishOptions = {
  source: Track.Source.Microphone,
  dtx: true,
  red: true,
  audioPreset: AudioPresets.speech,
};
const cameraOptions: TrackPublishOptions = {
  source: Track.Source.Camera,
  videoCodec: "vp8",
  simulcast: true,
  videoEncoding: VideoPresets.h720.encoding,
  videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
};
// Slides and tables: sharp rather than smooth. 12 frames a second is enough to follow a mouse pointer.
const screenOptions: TrackPublishOptions = {
  source: Track.Source.ScreenShare,
  videoCodec: "vp8",
  screenShareEncoding: { maxBitrate: 1_500_000, maxFramerate: 12 },
};
const screenSoundOptions: TrackPublishOptions = {
  source: Track.Source.ScreenShareAudio,
  audioPreset: AudioPresets.music,
  dtx: false,
};

/**
 * The own microphone, camera and screen. They belong to the page, not to a connection: when a connection is lost and
 * made anew, the same tracks are published again, muted or not as they were.
 */
export class LocalMedia {
  readonly state = new Cell<LocalState>({
    mic: { status: "off" },
    muted: false,
    camera: { status: "off" },
    sharing: false,
    blur: "off",
    quiet: "off",
  });
  #mic: LocalAudioTrack | undefined;
  #camera: LocalVideoTrack | undefined;
  #screen: LocalTrack[] = [];
  #outlet: Outlet | undefined;
  // What the present connection has been given. A camera that is off is given only when it is switched on.
  #sent = new Set<LocalTrack>();
  #closed = false;
  /** false once the person has switched the camera off */
  cameraWanted = true;
  // Counts the requests per device, so that a slow answer to an old one is thrown away.
  #micTurn = 0;
  #cameraTurn = 0;

  /** Opens the microphone, or changes to another one. */
  async openMic(deviceId?: string): Promise<void> {
    this.#micTurn += 1;
    const turn = this.#micTurn;
    if (this.#mic !== undefined) {
      await this.#mic.setDeviceId(deviceId ?? "default").catch((e) => this.#failMic(e));
      return;
    }
    this.state.patch({ mic: { status: "opening" } });
    try {
      const track = await createLocalAudioTrack({
        deviceId: deviceId === undefined ? undefined : { ideal: deviceId },
        echoCancellation: true,
        autoGainControl: true,
        noiseSuppression: true,
      });
      if (this.#closed || turn !== this.#micTurn) return track.stop();
      this.#mic = track;
      track
        .on(TrackEvent.Muted, this.#syncMic)
        .on(TrackEvent.Unmuted, this.#syncMic)
        .on(TrackEvent.Restarted, this.#syncMic);
      if (this.state.get().muted) await track.mute();
      this.#syncMic();
      await this.#send(track, microphoneOptions);
    } catch (e) {
      if (turn === this.#micTurn) await this.#failMic(e);
    }
  }

  async setMuted(muted: boolean): Promise<void> {
    if (this.#mic === undefined) {
      this.state.patch({ muted });
      if (!muted) await this.openMic();
      return;
    }
    try {
      await (muted ? this.#mic.mute() : this.#mic.unmute());
    } catch (e) {
      await this.#failMic(e);
    }
    this.#syncMic();
  }

  /** Opens the camera, or changes to another one. */
  async openCamera(deviceId?: string): Promise<void> {
    this.cameraWanted = true;
    this.#cameraTurn += 1;
    const turn = this.#cameraTurn;
    try {
      if (this.#camera !== undefined) {
        if (deviceId !== undefined) await this.#camera.setDeviceId(deviceId);
        if (this.#camera.isMuted) {
          this.state.patch({ camera: { status: "opening" } });
          await this.#camera.unmute();
        }
        this.#syncCamera();
        await this.#send(this.#camera, cameraOptions);
        return;
      }
      this.state.patch({ camera: { status: "opening" } });
      const track = await createLocalVideoTrack({
        deviceId: deviceId === undefined ? undefined : { ideal: deviceId },
        resolution: VideoPresets.h720.resolution,
        frameRate: 24,
      });
      if (this.#closed || turn !== this.#cameraTurn) return track.stop();
      this.#camera = track;
      track
        .on(TrackEvent.Muted, this.#syncCamera)
        .on(TrackEvent.Unmuted, this.#syncCamera)
        .on(TrackEvent.Restarted, this.#syncCamera)
        .on(TrackEvent.Ended, this.#cameraEnded);
      this.#syncCamera();
      await this.#send(track, cameraOptions);
    } catch (e) {
      if (turn !== this.#cameraTurn) return;
      const cause = explain(e, await surroundings("camera"));
      this.state.patch({ camera: { status: "failed", cause }, picture: undefined });
    }
  }

  /** Switches the camera off; its light goes out. */
  async closeCamera(): Promise<void> {
    this.cameraWanted = false;
    this.#cameraTurn += 1;
    await this.#camera?.mute();
    this.state.patch({ camera: { status: "off" }, picture: undefined });
  }

  /**
   * Shows a screen with its sound, if the browser offers it. Must be called from a press. Returns the cause when it did
   * not come to that; a picker that was closed is no failure.
   */
  async startShare(): Promise<MediaCause | undefined> {
    let tracks: LocalTrack[];
    try {
      tracks = await createLocalScreenTracks({
        audio: true,
        systemAudio: "include",
        surfaceSwitching: "include",
        selfBrowserSurface: "exclude",
        contentHint: "detail",
        resolution: { width: 1920, height: 1080, frameRate: 12 },
      });
    } catch (e) {
      const s = await surroundings("camera");
      const cause = explain(e, { ...s, permission: "unknown", allowed: true });
      return cause === "denied" || cause === "dismissed" ? undefined : cause;
    }
    await this.stopShare();
    this.#screen = tracks;
    for (const t of tracks) t.on(TrackEvent.Ended, this.#shareEnded);
    this.state.patch({ sharing: true });
    for (const t of tracks) await this.#send(t, optionsOf(t));
    return undefined;
  }

  async stopShare(): Promise<void> {
    const tracks = this.#screen;
    this.#screen = [];
    for (const t of tracks) {
      t.off(TrackEvent.Ended, this.#shareEnded);
      this.#sent.delete(t);
      await this.#outlet?.unpublish(t).catch(() => {});
      t.stop();
    }
    this.state.patch({ sharing: false });
  }

  /** Background blur. Its code and model load the first time it is wanted. */
  async setBlur(on: boolean): Promise<void> {
    if (this.#camera === undefined) {
      this.state.patch({ blur: "off" });
      return;
    }
    if (!on) {
      await this.#camera.stopProcessor();
      this.state.patch({ blur: "off" });
      return;
    }
    this.state.patch({ blur: "starting" });
    try {
      const { makeBlur } = await import("../effects/blur");
      await this.#camera.setProcessor(makeBlur());
      this.state.patch({ blur: "on" });
      this.#syncCamera();
    } catch (e) {
      console.error("background blur", e);
      await this.#camera.stopProcessor().catch(() => {});
      this.state.patch({ blur: "failed" });
    }
  }

  /** Noise suppression beyond the browser's own. */
  async setQuiet(on: boolean): Promise<void> {
    if (this.#mic === undefined) {
      this.state.patch({ quiet: "off" });
      return;
    }
    if (!on) {
      await this.#mic.stopProcessor();
      this.state.patch({ quiet: "off" });
      return;
    }
    this.state.patch({ quiet: "starting" });
    try {
      const { makeQuiet, audioContext } = await import("../effects/quiet");
      await this.#mic.setAudioContext(audioContext());
      await this.#mic.setProcessor(makeQuiet());
      this.state.patch({ quiet: "on" });
    } catch (e) {
      console.error("noise suppression", e);
      await this.#mic.stopProcessor().catch(() => {});
      this.state.patch({ quiet: "failed" });
    }
  }

  /** A connection exists: everything that is open goes out over it. */
  async connect(outlet: Outlet): Promise<void> {
    this.#outlet = outlet;
    this.#sent = new Set();
    await Promise.all([
      this.#mic && this.#send(this.#mic, microphoneOptions),
      this.#camera?.isMuted === false && this.#send(this.#camera, cameraOptions),
      ...this.#screen.map((t) => this.#send(t, optionsOf(t))),
    ]);
    // An engine that went away may have taken an effect with it.
    if (this.state.get().quiet === "on" && this.#mic?.getProcessor() === undefined) await this.setQuiet(true);
    if (this.state.get().blur === "on" && this.#camera?.getProcessor() === undefined) await this.setBlur(true);
  }

  disconnect(outlet: Outlet): void {
    if (this.#outlet === outlet) this.#outlet = undefined;
  }

  /** Lets go of every device for good. */
  close(): void {
    this.#closed = true;
    this.release();
  }

  /** Lets go of every device; the lights go out. They can be opened again. */
  release(): void {
    this.#outlet = undefined;
    this.#micTurn += 1;
    this.#cameraTurn += 1;
    for (const t of [this.#mic, this.#camera, ...this.#screen]) {
      void t?.stopProcessor?.().catch(() => {});
      t?.stop();
    }
    this.#mic = undefined;
    this.#camera = undefined;
    this.#screen = [];
    const off = { status: "off" } as const;
    this.state.patch({
      mic: off,
      camera: off,
      micTrack: undefined,
      picture: undefined,
      sharing: false,
      blur: "off",
      quiet: "off",
    });
  }

  readonly #syncMic = (): void => {
    if (this.#mic === undefined) return;
    this.state.patch({ mic: { status: "on" }, muted: this.#mic.isMuted, micTrack: this.#mic.mediaStreamTrack });
  };

  readonly #syncCamera = (): void => {
    if (this.#camera === undefined) return;
    // A new object each time: after a restart elements must be given the track again.
    const camera = this.#camera;
    this.state.patch(
      camera.isMuted
        ? { camera: { status: "off" }, picture: undefined }
        : { camera: { status: "on" }, picture: camera },
    );
  };

  readonly #cameraEnded = (): void => {
    if (this.#camera?.isMuted === false)
      this.state.patch({ camera: { status: "failed", cause: "missing" }, picture: undefined });
  };

  readonly #shareEnded = (): void => {
    void this.stopShare();
  };

  async #send(track: LocalTrack, options: TrackPublishOptions): Promise<void> {
    if (this.#outlet === undefined || this.#sent.has(track)) return;
    this.#sent.add(track);
    await this.#outlet.publish(track, options);
  }

  async #failMic(e: unknown): Promise<void> {
    const cause = explain(e, await surroundings("microphone"));
    this.state.patch({ mic: { status: "failed", cause } });
  }
}

function optionsOf(t: LocalTrack): TrackPublishOptions {
  return t.kind === Track.Kind.Audio ? screenSoundOptions : screenOptions;
}
