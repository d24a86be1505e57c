// Puts the page together: the map with its layers first, then everything else.

const map = window[document.querySelector(".folium-map").id];
const sites = placed(page.sites);
const fields = placed(page.known);
const raster = rasterLayer();
const marks = marksLayer(sites, fields);
let shown = page.layers[0];
let palette = Object.keys(page.palettes)[0];
let sitesTable = null;
let underlay = null; // land and coast, if the run has an outline
let coast = null;

async function showLayer(layer) {
  shown = layer;
  const codes = await codesOf(layer);
  if (shown !== layer) return; // another one was chosen while this was decoded
  const colours = colourList(layer, palette);
  raster.show(layer, codes, colours);
  drawLegend(part("legend"), layer, colours);
}

function buildMap() {
  [
    ["land", 200],
    ["raster", 250],
    ["hatch", 300],
    ["coast", 350],
    ["marks", 400],
  ].forEach(([name, height]) => addPane(map, name, height));
  const [west, south, east, north] = grid.bounds;
  map.fitBounds(
    [
      [south, west],
      [north, east],
    ],
    { animate: false, padding: [4, 4] },
  );
  map.setMinZoom(Math.max(0, map.getZoom() - 1));
  map.setMaxBounds([
    [-86, -Infinity],
    [86, Infinity],
  ]);
  [raster, marks].forEach((layer) => layer.addTo(map));
  // The wheel belongs to the page until the map is in use.
  map.scrollWheelZoom.disable();
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.on("click", ({ latlng, containerPoint }) => choosePoint(latlng, containerPoint));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== map.getContainer()) return;
    choosePoint(map.getCenter(), map.getSize().divideBy(2));
  });
}

/** Land and coast, once the first layer is seen: they take longer than it. */
function buildLand() {
  if (!page.outline) return;
  const paths = landPaths(page.outline);
  underlay = landLayer(paths).addTo(map);
  coast = coastLayer(paths).addTo(map);
}

function choosePoint(latlng, point) {
  const place = marks.near(map, point);
  if (place === null) chooseCell(latlng);
  else if (sites.includes(place)) chooseSite(place.index);
  else chooseField(place.index);
}

function chooseSite(index, fly = false) {
  marks.change({ choice: sites[index] });
  drawSiteCard(part("card"), index);
  sitesTable.select(index);
  if (fly) flyTo(sites[index]);
}

function chooseField(index) {
  marks.change({ choice: fields[index] });
  drawFieldCard(part("card"), index);
  sitesTable.select(null);
}

function chooseCell(latlng) {
  const { x, y } = worldOf(latlng.lat, wrapLongitude(latlng.lng));
  marks.change({ choice: { x, y } });
  sitesTable.select(null);
  drawCellCard(part("card"), latlng.lat, wrapLongitude(latlng.lng));
}

function flyTo({ latitude, longitude }) {
  const turns = Math.round((map.getCenter().lng - longitude) / 360);
  const target = [latitude, longitude + 360 * turns];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const zoom = Math.max(map.getZoom(), Math.min(6, map.getMaxZoom()));
  if (still) map.setView(target, zoom, { animate: false });
  else map.flyTo(target, zoom, { duration: 0.8 });
  part("card")
    .closest(".board")
    .scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
}

function buildOverlays() {
  const toggle = (layer) => (on) => (on ? layer.addTo(map) : layer.remove());
  const overlays = [];
  if (sites.length) {
    overlays.push({
      label: `Candidates (${sites.length}), the best ${Math.min(HALOED, sites.length)} in red`,
      on: true,
      sample: (context, spot, ratio) => drawSite(context, spot, true, ratio),
      change: (on) => marks.change({ sites: on }),
    });
  }
  if (fields.length) {
    const doubtful = page.known.unverified.filter(Boolean).length;
    const grey = doubtful ? `, ${doubtful} unverified in grey` : "";
    overlays.push({
      label: `Known fields (${fields.length}${grey})`,
      on: true,
      sample: (context, spot, ratio) => drawField(context, spot, ratio),
      change: (on) => marks.change({ fields: on }),
    });
  }
  if (coast) overlays.push({ label: "Coastline", on: true, change: toggle(coast) });
  if (page.outside) overlays.push(hatchOverlay());
  drawRasterControls(part("overlays"), {
    setOpacity: (opacity) => raster.setOpacity(opacity),
    setPalette: (name) => {
      palette = name;
      showLayer(shown);
    },
  });
  drawOverlayList(part("overlays"), overlays);
}

/** Hatching is on from the start only where the score shown is of the model it speaks of. */
function hatchOverlay() {
  const step = (name) => name.split(".")[0];
  const on = step(page.outside.of) === step(page.layers[0].name);
  let hatch = null;
  const change = async (wanted) => {
    hatch ??= hatchLayer(page.outside, await codesOf(page.outside));
    if (wanted) hatch.addTo(map);
    else hatch.remove();
  };
  if (on) change(true);
  return { label: "Hatch cells unlike the training data", on, change };
}

function buildTheme() {
  const dark = () =>
    getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (getComputedStyle(document.documentElement).colorScheme !== "light" &&
      matchMedia("(prefers-color-scheme: dark)").matches);
  const button = part("theme");
  const repaint = () => {
    button.textContent = dark() ? "Light theme" : "Dark theme";
    [underlay, coast].forEach((layer) => layer?.redraw());
  };
  button.addEventListener("click", () => {
    document.documentElement.style.colorScheme = dark() ? "light" : "dark";
    repaint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  repaint();
}

/** On paper every section is open. */
function buildPrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((each) => {
      each.open = true;
    });
  });
  window.addEventListener("afterprint", () =>
    opened.forEach((each) => {
      each.open = false;
    }),
  );
}

/** Decode the other layers while nobody waits, so that a click answers at once. */
async function decodeRest() {
  for (const layer of page.layers) {
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
    await codesOf(layer);
  }
}

async function start() {
  if (page.layers.length) codesOf(page.layers[0]); // decoded beside what follows
  drawFace();
  buildMap();
  if (page.layers.length) await showLayer(page.layers[0]);
  performance.mark("siting-first-layer");
  buildLand();
  drawLayerList(part("layers"), showLayer);
  buildOverlays();
  sitesTable = drawSiteTable(part("sites"), (index) => chooseSite(index, true));
  if (sites.length) chooseSite(0);
  else
    part("card").replaceChildren(
      element("p", { class: "note" }, "Click a cell to read its values."),
    );
  drawEvidence(part("evidence"));
  buildTheme();
  buildPrint();
  document.body.dataset.ready = "yes";
  decodeRest();
}

start();
