import { Cell } from "./cell";

export type DeviceKind = "audioinput" | "audiooutput" | "videoinput";

export interface Device {
  id: string;
  label: string;
}

/** What was chosen, by id and, because ids change when a browser's data is cleared, by name. */
export interface Choice {
  id: string;
  label: string;
}

export interface Preferences {
  audioinput?: Choice;
  audiooutput?: Choice;
  videoinput?: Choice;
  blur: boolean;
  quiet: boolean;
}

const storageKey = "yakusho.devices";
const none: Preferences = { blur: false, quiet: false };

/** Remembers on this computer which devices and effects were chosen last. */
export class Preferred {
  readonly value: Cell<Preferences>;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    this.value = new Cell(load(storage));
  }

  change(part: Partial<Preferences>): void {
    this.value.patch(part);
    try {
      this.storage?.setItem(storageKey, JSON.stringify(this.value.get()));
    } catch {
      // forbidden or full: the choice lasts as long as the page
    }
  }
}

function load(storage: Pick<Storage, "getItem"> | undefined): Preferences {
  try {
    const raw: unknown = JSON.parse(storage?.getItem(storageKey) ?? "null");
    if (typeof raw !== "object" || raw === null) return none;
    const r = raw as Record<string, unknown>;
    const choice = (v: unknown): Choice | undefined => {
      const c = v as Choice | undefined;
      return typeof c?.id === "string" && typeof c.label === "string" ? { id: c.id, label: c.label } : undefined;
    };
    return {
      audioinput: choice(r.audioinput),
      audiooutput: choice(r.audiooutput),
      videoinput: choice(r.videoinput),
      blur: r.blur === true,
      quiet: r.quiet === true,
    };
  } catch {
    return none;
  }
}

/** Finds the chosen device among those plugged in now: by id, else by name, else undefined (the system's default). */
export function pick(devices: readonly Device[], choice: Choice | undefined): Device | undefined {
  if (choice === undefined) return undefined;
  return devices.find((d) => d.id === choice.id) ?? devices.find((d) => d.label !== "" && d.label === choice.label);
}

/** The devices of one kind, without the nameless entries a browser shows before permission. */
export function ofKind(all: readonly MediaDeviceInfo[], kind: DeviceKind): Device[] {
  return all
    .filter((d) => d.kind === kind && d.deviceId !== "" && d.label !== "" && d.deviceId !== "communications")
    .map((d) => ({ id: d.deviceId, label: d.label }));
}

/** Lists devices and calls back whenever something is plugged in or out. Returns the way to stop. */
export function watchDevices(onList: (all: readonly MediaDeviceInfo[]) => void): () => void {
  const md = navigator.mediaDevices;
  if (typeof md?.enumerateDevices !== "function") return () => {};
  let stopped = false;
  const list = () =>
    md.enumerateDevices().then(
      (all) => {
        if (!stopped) onList(all);
      },
      () => {},
    );
  void list();
  md.addEventListener?.("devicechange", list);
  return () => {
    stopped = true;
    md.removeEventListener?.("devicechange", list);
  };
}
