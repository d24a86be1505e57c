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
  const packed = bytesOf(readIsland(layer.island));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const codes = new Uint8Array(layer.width * layer.height);
  const reader = stream.getReader();
  let filled = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    codes.set(read.value, filled);
    filled += read.value.length;
  }
  unfilter(codes, layer);
  return codes;
}

/** The bytes that a text in base64 stands for. */
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Codes from what the filter left of them, in place: sums down, then sums across. */
function unfilter(codes, { filtered, width }) {
  if (filtered === "plane") {
    for (let index = width; index < codes.length; index += 1) codes[index] += codes[index - width];
  }
  if (filtered === "none") return;
  for (let start = 0; start < codes.length; start += width) {
    const end = start + width;
    for (let index = start + 1; index < end; index += 1) codes[index] += codes[index - 1];
  }
}

/** The values of a layer's codes: code 1 has the first. */
function levelsOf(layer) {
  if (layer.encoding !== "linear") return layer.levels;
  const [low, high] = layer.ends;
  return Array.from({ length: 255 }, (_, index) => low + ((high - low) * index) / 254);
}

/** How far a value may lie from the level that stands for it. */
function errorOf(layer, code, levels = levelsOf(layer)) {
  if (layer.encoding === "exact") return 0;
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
  const value = levelsOf(layer)[code - 1];
  const { unit, factor } = readable(layer.units, value);
  return withUnit(measuredText(value * factor, errorOf(layer, code) * factor), unit);
}
