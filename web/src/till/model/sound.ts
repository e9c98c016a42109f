// Short tones made on the spot: three results that differ in number, height and direction, so that they are told apart
// without looking and by those who hear high tones badly.

export type Sound = "paid" | "not_paid" | "checking" | "scan" | "refused";

/** One tone: height in hertz, start and length in seconds. */
export interface Tone {
  hz: number;
  at: number;
  for: number;
  shape: "sine" | "square" | "triangle";
}

const t = (hz: number, at: number, len: number, shape: Tone["shape"] = "sine"): Tone => ({ hz, at, for: len, shape });

export const sounds: Record<Sound, readonly Tone[]> = {
  // Three rising: done.
  paid: [t(659, 0, 0.13), t(784, 0.13, 0.13), t(1047, 0.26, 0.35)],
  // Two low, falling: not done.
  not_paid: [t(330, 0, 0.22, "triangle"), t(220, 0.26, 0.45, "triangle")],
  // The same tone three times with pauses: wait.
  checking: [t(523, 0, 0.14, "triangle"), t(523, 0.28, 0.14, "triangle"), t(523, 0.56, 0.14, "triangle")],
  scan: [t(1319, 0, 0.07)],
  refused: [t(247, 0, 0.18, "square")],
};

const storageKey = "yakusho.till.mute";

/** Plays through one AudioContext, which a browser lets sound only after a first press on the page. */
export class Speaker {
  #context: AudioContext | undefined;
  #muted: boolean;
  readonly #make: () => AudioContext;

  constructor(make: () => AudioContext = () => new AudioContext()) {
    this.#make = make;
    this.#muted = readMuted();
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(m: boolean) {
    this.#muted = m;
    try {
      localStorage.setItem(storageKey, m ? "1" : "");
    } catch {
      // storage forbidden: it lasts as long as the page
    }
  }

  play(what: Sound): void {
    if (this.#muted) return;
    try {
      this.#context ??= this.#make();
      const c = this.#context;
      void c.resume();
      for (const x of sounds[what]) {
        const from = c.currentTime + x.at;
        const osc = c.createOscillator();
        const gain = c.createGain();
        osc.type = x.shape;
        osc.frequency.value = x.hz;
        // Soft edges: a tone cut off hard cracks.
        gain.gain.setValueAtTime(0, from);
        gain.gain.linearRampToValueAtTime(x.shape === "square" ? 0.12 : 0.3, from + 0.015);
        gain.gain.setValueAtTime(x.shape === "square" ? 0.12 : 0.3, from + x.for - 0.03);
        gain.gain.linearRampToValueAtTime(0, from + x.for);
        osc.connect(gain).connect(c.destination);
        osc.start(from);
        osc.stop(from + x.for);
      }
    } catch {
      // A PC without sound: shape and word say the same.
    }
  }
}

function readMuted(): boolean {
  try {
    return localStorage.getItem(storageKey) === "1";
  } catch {
    return false;
  }
}
