// What the pretend microphone says and the pretend camera shows: drawn here, so that no recording of anybody is needed.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));

/**
 * A voice without words: syllables of a gliding tone with its overtones, and a breath after each phrase. The beeps that
 * Chromium makes by itself are too short to pass for speech.
 * @param {string} path of the WAV file
 */
export async function voice(path) {
  const rate = 48_000;
  const samples = rate * 4;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples * 2, 40);
  let phase = 0;
  for (let i = 0; i < samples; i++) {
    const t = i / rate;
    const pitch = 130 + 35 * Math.sin(t * 5.3) + 20 * Math.sin(t * 13.7);
    phase += (2 * Math.PI * pitch) / rate;
    const syllable = Math.max(0, Math.sin(t * Math.PI * 4.5)) ** 0.5;
    const breath = t % 4 > 3.4 ? 0 : 1;
    let v = 0;
    for (let h = 1; h <= 12; h++) v += Math.sin(phase * h) / (1 + Math.abs(h - 4 - 2 * Math.sin(t * 9)));
    wav.writeInt16LE(Math.round(Math.max(-1, Math.min(1, v * 0.22 * syllable * breath)) * 32_000), 44 + i * 2);
  }
  await writeFile(path, wav);
}

/**
 * Somebody at a desk, drawn in flat colours: head, shoulders, a window behind. They nod.
 * @param {string} path of the Y4M file
 * @typedef {{wall: number[], coat: number[], hair: number[]}} Look colours as [y, u, v]
 * @param {Look} look
 */
export async function portrait(path, { wall, coat, hair }) {
  const [w, h, frames] = [640, 360, 10];
  const skin = [178, 112, 152];
  const pane = [225, 134, 122];
  const parts = [Buffer.from(`YUV4MPEG2 W${w} H${h} F10:1 Ip A1:1 C420jpeg\n`)];
  for (let f = 0; f < frames; f++) {
    const nod = Math.round(4 * Math.sin((f / frames) * 2 * Math.PI));
    const at = (x, y) => {
      const dx = x - 320;
      const dy = y - 150 - nod;
      const top = (dx / 78) ** 2 + ((dy + 28) / 82) ** 2 < 1;
      const face = (dx / 62) ** 2 + ((dy - 4) / 78) ** 2 < 1;
      if (face && dy > -38 + Math.abs(dx) / 4) {
        const eye = Math.abs(Math.abs(dx) - 24) < 6 && Math.abs(dy + 2) < 4;
        const mouth = Math.abs(dx) < 16 && Math.abs(dy - 43 + (dx / 7) ** 2) < 2.2;
        return eye || mouth ? [60, 124, 136] : skin;
      }
      if (top) return hair;
      if (Math.abs(dx) < 24 && y > 200 && y < 262) return skin;
      if ((dx / 175) ** 2 + ((y - 360) / 118) ** 2 < 1)
        return Math.abs(dx) < 22 - (y - 242) / 5 ? [235, 128, 128] : coat;
      if (x > 440 && x < 590 && y > 40 && y < 180) return Math.abs(x - 515) < 4 || Math.abs(y - 110) < 4 ? wall : pane;
      return y > 318 ? [wall[0] - 40, wall[1], wall[2]] : wall;
    };
    const [py, pu, pv] = [Buffer.alloc(w * h), Buffer.alloc((w * h) / 4), Buffer.alloc((w * h) / 4)];
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const c = at(x, y);
        py[y * w + x] = c[0];
        if (x % 2 === 0 && y % 2 === 0) {
          const k = (y / 2) * (w / 2) + x / 2;
          pu[k] = c[1];
          pv[k] = c[2];
        }
      }
    }
    parts.push(Buffer.from("FRAME\n"), py, pu, pv);
  }
  await writeFile(path, Buffer.concat(parts));
}

/** A few people who can be told apart. */
export const looks = [
  { wall: [196, 122, 126], coat: [70, 150, 118], hair: [40, 128, 130] },
  { wall: [176, 138, 120], coat: [110, 128, 128], hair: [60, 122, 134] },
  { wall: [205, 118, 132], coat: [90, 120, 108], hair: [34, 128, 128] },
  { wall: [186, 130, 116], coat: [84, 118, 158], hair: [52, 126, 132] },
];

/** Runs in a page: the devices have the names that they would have in an office, for the pictures. */
export function nameDevices() {
  if (!window.isSecureContext) return; // the empty page before the first
  const names = {
    videoinput: "USB カメラ",
    video: "USB カメラ",
    audioinput: "ヘッドセット（USB）",
    audio: "ヘッドセット（USB）",
    audiooutput: "ヘッドセット（USB）",
  };
  for (const of of [MediaDeviceInfo, MediaStreamTrack]) {
    const real = Object.getOwnPropertyDescriptor(of.prototype, "label");
    Object.defineProperty(of.prototype, "label", {
      get() {
        return real?.get?.call(this) === "" ? "" : names[this.kind];
      },
    });
  }
}

/**
 * A QR code held before the camera.
 * @param {string} path of the Y4M file
 * @param {string} text
 */
export async function qrBefore(path, text) {
  const { encode } = require("uqr");
  const qr = encode(text, { ecc: "M", border: 4 });
  const [w, h] = [640, 480];
  const side = Math.floor(440 / qr.size);
  const [left, top] = [Math.floor((w - side * qr.size) / 2), Math.floor((h - side * qr.size) / 2)];
  const y = Buffer.alloc(w * h, 200);
  for (let r = 0; r < side * qr.size; r++) {
    for (let c = 0; c < side * qr.size; c++) {
      const dark = qr.data[Math.floor(r / side)][Math.floor(c / side)];
      y[(top + r) * w + left + c] = dark ? 20 : 235;
    }
  }
  const frame = Buffer.concat([Buffer.from("FRAME\n"), y, Buffer.alloc((w * h) / 2, 128)]);
  await writeFile(
    path,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${w} H${h} F10:1 Ip A1:1 C420jpeg\n`), frame, frame, frame]),
  );
}
