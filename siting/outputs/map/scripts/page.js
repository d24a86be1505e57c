// The data that the page carries: one island of JSON, and one for the bytes of each layer.

const page = readIsland("siting-page");

function readIsland(id) {
  return JSON.parse(part(id).textContent);
}

const decoded = new Map(); // island -> promise of its codes

/** The codes of a layer, one byte a cell; decoded once. */
function codesOf(layer) {
  if (!decoded.has(layer.island)) decoded.set(layer.island, decode(layer));
  return decoded.get(layer.island);
}

/** Settled once the whole page has been read: most layers stand at its end. */
const allRead = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", resolve);
});

async function decode(layer) {
  if (!part(layer.island)) await allRead;
  const text = atob(readIsland(layer.island));
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = text.charCodeAt(index);
  const blob = new Blob([bytes], { type: "image/webp" });
  const image = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  const { codes, total } = firstChannel(image);
  image.close();
  // Browsers set to resist fingerprinting alter what a canvas gives back.
  if (total !== layer.total) reportAlteredPixels();
  return codes;
}

/** The red bytes of an image, and their sum. */
function firstChannel(image) {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  const codes = new Uint8Array(image.width * image.height);
  let total = 0;
  for (let index = 0; index < codes.length; index += 1) {
    codes[index] = pixels[4 * index];
    total += codes[index];
  }
  return { codes, total };
}

function reportAlteredPixels() {
  const text = "This browser alters the pixels of images to protect privacy: colours and values "
    + "read from the map may be wrong. The table of sites is not affected.";
  part("map-hint").textContent = text;
  part("map-hint").classList.add("alarm");
}

/** The values of a layer's codes: code 1 has the first. */
function levelsOf(layer) {
  if (layer.encoding !== "linear") return layer.levels;
  const [low, high] = layer.ends;
  return Array.from({ length: 255 }, (_, index) => low + ((high - low) * index) / 254);
}

/** How far a value may lie from the level that stands for it. */
function errorOf(layer, code) {
  if (layer.encoding === "exact") return 0;
  const levels = levelsOf(layer);
  const below = levels[code - 1] - (levels[code - 2] ?? levels[code - 1]);
  const above = (levels[code] ?? levels[code - 1]) - levels[code - 1];
  return Math.max(below, above) / 2;
}

/** The code of a layer in the cell at a position of the grid; 0 is no data. */
function codeAt(layer, codes, position) {
  const column = Math.floor(position.column / layer.factor);
  const row = Math.floor(position.row / layer.factor);
  return codes[row * layer.width + column];
}

/** A code as text: the name of its class, or its value with the error of the encoding. */
function codeText(layer, code) {
  if (code === 0) return "no data";
  if (layer.classes.length) return layer.classes[code - 1].name;
  return withUnit(measuredText(levelsOf(layer)[code - 1], errorOf(layer, code)), layer.units);
}
