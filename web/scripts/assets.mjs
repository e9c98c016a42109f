// Puts into dist what the bundler does not see: the models and engines that the meeting room loads when blur or noise
// suppression is switched on or a code is read by camera, and the font that slips are drawn with on the server; all from npm packages, nothing from the
// network. Then compresses every text and wasm file once, so that the server never has to.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const web = fileURLToPath(new URL("..", import.meta.url));
const dist = join(web, "dist");
const pkg = (name) => join(web, "node_modules", name);

/** from → path in dist; sha256 where the file is a model, whose content the package does not promise. */
const copies = [
  [`${pkg("@mediapipe/tasks-vision")}/wasm/vision_wasm_internal.js`, "mp/wasm/vision_wasm_internal.js"],
  [`${pkg("@mediapipe/tasks-vision")}/wasm/vision_wasm_internal.wasm`, "mp/wasm/vision_wasm_internal.wasm"],
  [
    `${pkg("@twilio/video-processors")}/dist/build/selfie_segmentation_landscape.tflite`,
    "mp/selfie_segmenter_landscape.tflite",
    "490e9ea734313e0de10fa0cd9e3c6133e36ea4db2b7a49bde9ef019f72796b8e",
  ],
  [`${pkg("@sapphi-red/web-noise-suppressor")}/dist/rnnoise.wasm`, "audio/rnnoise.wasm"],
  [`${pkg("@sapphi-red/web-noise-suppressor")}/dist/rnnoise_simd.wasm`, "audio/rnnoise_simd.wasm"],
  [`${pkg("@sapphi-red/web-noise-suppressor")}/dist/rnnoise/workletProcessor.js`, "audio/rnnoise-worklet.js"],
  // The reader of codes by camera, of the version that barcode-detector was made for.
  [`${pkg("zxing-wasm")}/dist/reader/zxing_reader.wasm`, "zxing/zxing_reader.wasm"],
  // Read by the server through web.SlipFont. Its golden pictures of slips depend on every outline in it.
  [
    `${pkg("@expo-google-fonts/noto-sans-jp")}/400Regular/NotoSansJP_400Regular.ttf`,
    "fonts/slip.ttf",
    "d930d5d52d15231c283089760f84584272ad5e37e14607ba0d19c798e7a9caec",
  ],
  // The SIL Open Font License asks to travel with the font; .txt only so that a browser shows it.
  [`${pkg("@expo-google-fonts/noto-sans-jp")}/LICENSE_FONT`, "fonts/OFL.txt"],
];

/** The blur's glue code and its wasm speak a private protocol: both must be of one version. */
async function checkVision() {
  const version = async (name) => JSON.parse(await readFile(join(pkg(name), "package.json"), "utf8"));
  const vision = (await version("@mediapipe/tasks-vision")).version;
  const wanted = (await version("@livekit/track-processors")).dependencies["@mediapipe/tasks-vision"];
  if (vision !== wanted) {
    throw new Error(`@mediapipe/tasks-vision is ${vision}, but @livekit/track-processors needs exactly ${wanted}`);
  }
}

async function checkCamera() {
  const { version } = JSON.parse(await readFile(join(pkg("zxing-wasm"), "package.json"), "utf8"));
  const wanted = JSON.parse(await readFile(join(pkg("barcode-detector"), "package.json"), "utf8")).dependencies[
    "zxing-wasm"
  ];
  if (version !== wanted) throw new Error(`zxing-wasm is ${version}, but barcode-detector needs exactly ${wanted}`);
}

async function copy([from, to, sha256]) {
  if (sha256) {
    const got = createHash("sha256")
      .update(await readFile(from))
      .digest("hex");
    if (got !== sha256) throw new Error(`${from}: sha256 is ${got}, want ${sha256}`);
  }
  await mkdir(dirname(join(dist, to)), { recursive: true });
  await copyFile(from, join(dist, to));
}

const compressible = new Set([
  ".html",
  ".js",
  ".mjs",
  ".css",
  ".json",
  ".svg",
  ".txt",
  ".wasm",
  ".tflite",
  ".webmanifest",
]);
const br = promisify(brotliCompress);
const gz = promisify(gzip);

async function compress(file) {
  const raw = await readFile(file);
  // The best brotli quality takes half a minute on the 9 MB of wasm and saves a few percent there.
  const quality = raw.length > 1 << 20 ? 9 : 11;
  const mode = extname(file) === ".wasm" ? constants.BROTLI_MODE_GENERIC : constants.BROTLI_MODE_TEXT;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_MODE]: mode,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
  };
  const [b, g] = await Promise.all([br(raw, { params }), gz(raw, { level: 9 })]);
  if (b.length < raw.length) await writeFile(`${file}.br`, b);
  if (g.length < raw.length) await writeFile(`${file}.gz`, g);
  return [raw.length, b.length];
}

async function* walk(dir) {
  for (const e of await readdir(dir, { withFileTypes: true })) {
    const p = join(dir, e.name);
    if (e.isDirectory()) yield* walk(p);
    else yield p;
  }
}

await stat(join(dist, "index.html"));
await checkVision();
await checkCamera();
await Promise.all(copies.map(copy));

const files = [];
for await (const f of walk(dist)) if (compressible.has(extname(f))) files.push(f);
const sizes = await Promise.all(files.map(compress));
const sum = (i) => Math.round(sizes.reduce((n, s) => n + s[i], 0) / 1024);
console.log(`${files.length} files compressed: ${sum(0)} kB, ${sum(1)} kB as brotli`);
