// The legend of the shown layer: colours, ticks with units, how it was made and how exact it is.

const FEW = 12; // values up to which each gets its own swatch
const ORIGINS = {
  measured: "from measurements",
  derived: "calculated from other data",
  assumed: "rests on an assumption",
};

/** Everything that a reader must know to read the colours of a layer. */
function drawLegend(holder, layer, colours) {
  const few = layer.classes.length > 0 || (layer.levels.length > 0 && layer.levels.length <= FEW);
  const parts = [
    element(
      "h2",
      {},
      layer.label,
      element("span", { class: "unit" }, ` ${legendUnit(layer).unit}`),
    ),
    element("p", { class: "long-name" }, layer.long_name),
    few ? swatches(layer, colours) : bar(layer, colours),
    layer.lowest_is_best
      ? element("p", { class: "note" }, "Low is best, at the light end on the left.")
      : null,
    element("p", { class: "note" }, cellNote(layer)),
    marksOf(layer),
    ...doubtOf(layer),
  ];
  holder.replaceChildren(...parts.filter(Boolean));
}

/** How far off a layer may be, where its sources say so. */
function doubtOf(layer) {
  const [first, ...more] = layer.uncertainty;
  if (!first) return [];
  if (!more.length) return [element("p", { class: "note" }, `May be off: ${first}.`)];
  return [
    element(
      "details",
      { class: "sources" },
      element("summary", {}, "How far off its sources may be"),
      element("ul", {}, ...layer.uncertainty.map((text) => element("li", {}, text))),
    ),
  ];
}

/** The unit of a layer's legend: that of its largest value. */
function legendUnit(layer) {
  return readable(layer.units, Math.max(...layer.ends.map(Math.abs)));
}

function swatches(layer, colours) {
  const names = layer.classes.length
    ? layer.classes.map(({ name }) => name)
    : layer.levels.map((value) => withUnit(numberText(value), layer.units));
  return element(
    "ul",
    { class: "swatches" },
    ...names.map((name, index) => {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = colours[index];
      return element("li", {}, swatch, name);
    }),
  );
}

function bar(layer, colours) {
  if (!colours.length) return element("p", {}, "No cell of this layer has data.");
  const canvas = element("canvas", {
    class: "bar",
    width: colours.length,
    height: 1,
    "aria-hidden": "true",
  });
  const context = canvas.getContext("2d");
  const image = context.createImageData(colours.length, 1);
  new Uint32Array(image.data.buffer).set(pixelTable(colours).subarray(1, colours.length + 1));
  context.putImageData(image, 0, 0);
  const { factor } = legendUnit(layer);
  const ticks = layer.encoding === "linear" ? evenTicks(layer.ends) : levelTicks(levelsOf(layer));
  const labels = ticks.map(({ share, value }, index) => {
    const label = element("span", { class: "tick" }, numberText(value * factor, 3));
    label.style.left = `${100 * share}%`;
    if (index === 0 && share < 0.05) label.classList.add("first");
    if (index === ticks.length - 1 && share > 0.95) label.classList.add("last");
    return label;
  });
  return element("div", { class: "scale" }, canvas, element("div", { class: "ticks" }, ...labels));
}

/** Round numbers along an even scale. */
function evenTicks([low, high]) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const ticks = [];
  for (let count = Math.ceil(low / step - 1e-9); count * step <= high + step * 1e-9; count += 1) {
    ticks.push({ value: count * step, share: (count * step - low) / (high - low) });
  }
  return ticks;
}

/** The values at quarters of a scale whose levels are not even. */
function levelTicks(levels) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const index = Math.round(share * (levels.length - 1));
    return { share, value: levels[index] };
  });
}

function cellNote(layer) {
  const cells =
    layer.factor === 1
      ? `Cells of ${layer.cell}`
      : layer.reduction === "mean"
        ? `Means over ${layer.factor} × ${layer.factor} cells (${layer.cell})`
        : `One of each ${layer.factor} × ${layer.factor} cells (${layer.cell})`;
  const exactness = {
    exact: "",
    linear: errorNote(layer),
    uneven: `${errorNote(layer)}, finer where more cells lie`,
  };
  const masked = page.masked && layer.kind !== "boolean" ? "; shown where scores are defined" : "";
  return `${cells}${exactness[layer.encoding]}${masked}.`;
}

/** The largest error of the colours. */
function errorNote(layer) {
  const errors = levelsOf(layer).map((_, index, levels) => errorOf(layer, index + 1, levels));
  const { unit, factor } = legendUnit(layer);
  return `; values to ± ${withUnit(numberText(Math.max(...errors) * factor, 2), unit)}`;
}

/** Status, vintage, source and leak mark of a layer. */
function marksOf(layer) {
  const line = element("p", { class: "marks" }, statusBadge(layer));
  if (layer.label_leak) line.append(leakBadge());
  if (layer.vintage) line.append(element("span", {}, `Data of ${layer.vintage}`));
  if (layer.sources.length === 1) line.append(element("span", {}, layer.sources[0]));
  if (layer.sources.length < 2) return line;
  return element(
    "div",
    {},
    line,
    element(
      "details",
      { class: "sources" },
      element("summary", {}, `Made from ${layer.sources.length} sources`),
      element("ul", {}, ...layer.sources.map((source) => element("li", {}, source))),
    ),
  );
}

function statusBadge(layer) {
  return badge(
    layer.status,
    `This layer is ${ORIGINS[layer.status] ?? "of unknown origin"}`,
    layer.status,
  );
}

function leakBadge() {
  return badge("knows the targets", "Made with knowledge of the known fields", "leak");
}
