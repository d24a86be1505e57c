// The list of layers: one raster at a time, its opacity and colours, and what lies over it.

/** Radio buttons in groups; choose(layer) is called with the one that was picked. */
function drawLayerList(holder, choose) {
  const groups = new Map();
  page.layers.forEach((layer, index) => {
    const group = index === 0 ? "Shown first" : layer.group;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(layerChoice(layer, index, choose));
  });
  const lists = [...groups].map(([name, items]) =>
    element("fieldset", {}, element("legend", {}, name), ...items),
  );
  const refused = page.refused.length
    ? element("p", { class: "note" }, `Not drawn: ${page.refused.join("; ")}`)
    : null;
  holder.replaceChildren(element("h2", {}, "Layers"), ...lists, ...(refused ? [refused] : []));
}

function layerChoice(layer, index, choose) {
  const radio = element("input", {
    type: "radio",
    name: "layer",
    id: `layer-${index}`,
    checked: index === 0,
  });
  radio.addEventListener("change", () => choose(layer));
  const facts = [layer.units, layer.vintage].filter(Boolean).join(" · ");
  const detail = element(
    "span",
    { class: "layer-detail" },
    facts ? `${facts} ` : "",
    statusBadge(layer),
  );
  if (layer.label_leak) detail.append(leakBadge());
  return element(
    "div",
    { class: "layer-choice" },
    radio,
    element("label", { for: radio.id, title: layer.long_name }, layer.label, detail),
  );
}

/** Opacity and palette of the raster. */
function drawRasterControls(holder, { setOpacity, setPalette }) {
  const opacity = element("input", { type: "range", id: "opacity", min: 0, max: 100, value: 100 });
  opacity.addEventListener("input", () => setOpacity(opacity.value / 100));
  const palette = element(
    "select",
    { id: "palette" },
    ...Object.keys(page.palettes).map((name) => element("option", { value: name }, name)),
  );
  palette.addEventListener("change", () => setPalette(palette.value));
  holder.append(
    element(
      "div",
      { class: "controls" },
      element("label", { for: "opacity" }, "Opacity"),
      opacity,
      element("label", { for: "palette" }, "Colours"),
      palette,
    ),
  );
}

/** Check boxes for what lies over the raster: [{label, sample, on, change}]. */
function drawOverlayList(holder, overlays) {
  holder.append(
    ...overlays.map(({ label, sample, on, change }, index) => {
      const box = element("input", { type: "checkbox", id: `overlay-${index}`, checked: on });
      box.addEventListener("change", () => change(box.checked));
      return element(
        "div",
        { class: "overlay" },
        box,
        element("label", { for: box.id }, sample ? sampleOf(sample) : null, label),
      );
    }),
  );
}

/** A small picture of a mark, drawn by the function that draws it on the map. */
function sampleOf(draw) {
  const canvas = element("canvas", {
    class: "sample",
    width: 40,
    height: 40,
    "aria-hidden": "true",
  });
  draw(canvas.getContext("2d"), { x: 20, y: 20 }, 2);
  return canvas;
}
