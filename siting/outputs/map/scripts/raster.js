// The chosen layer on the map: each pixel of the screen shows the cell that lies under it.

/** Paint the cells of a layer; keep(x, y) may leave pixels out. */
function paintCells(context, view, layer, codes, pixels, keep = null) {
  const image = context.createImageData(view.width, view.height);
  const target = new Uint32Array(image.data.buffer);
  const across = columnsOfView(view);
  for (let y = 0; y < view.height; y += 1) {
    const line = latticeRow(view.worldY(y + 0.5));
    if (line !== null) paintLine(target, y * view.width, y, line, across, layer, codes, pixels, keep);
  }
  context.putImageData(image, 0, 0);
}

/** Node of the lattice left of each column of pixels (-1 outside), and the weight of the next. */
function columnsOfView(view) {
  const nodes = new Int32Array(view.width);
  const weights = new Float64Array(view.width);
  for (let x = 0; x < view.width; x += 1) {
    const found = between(shareAcross(view.worldX(x + 0.5)), grid.across);
    nodes[x] = found === null ? -1 : found.node;
    weights[x] = found === null ? 0 : found.weight;
  }
  return { nodes, weights };
}

function paintLine(target, start, y, line, across, layer, codes, pixels, keep) {
  const { columns, rows } = line;
  const { nodes, weights } = across;
  for (let x = 0; x < nodes.length; x += 1) {
    const node = nodes[x];
    if (node < 0) continue;
    const column = columns[node] + weights[x] * (columns[node + 1] - columns[node]);
    const row = rows[node] + weights[x] * (rows[node + 1] - rows[node]);
    if (!(column >= 0 && row >= 0 && column < grid.width && row < grid.height)) continue;
    const cell = Math.floor(row / layer.factor) * layer.width + Math.floor(column / layer.factor);
    if (keep === null || keep(x, y)) target[start + x] = pixels[codes[cell]];
  }
}

/** The layer of the map that shows one raster at a time. */
function rasterLayer() {
  const shown = { layer: null, codes: null, pixels: null };
  const canvas = new CanvasLayer({
    pane: "raster",
    sharp: false,
    paint(context, view) {
      if (shown.layer) paintCells(context, view, shown.layer, shown.codes, shown.pixels);
    },
  });
  canvas.show = (layer, codes, colours) => {
    Object.assign(shown, { layer, codes, pixels: pixelTable(colours) });
    canvas.redraw();
  };
  return canvas;
}

/** Hatching over the cells that are unlike the training data. */
function hatchLayer(layer, codes) {
  const ink = pixelTable(["#000000", "#000000"]);
  const yes = layer.levels.indexOf(1) + 1;
  return new CanvasLayer({
    pane: "hatch",
    sharp: false,
    paint(context, view) {
      const pixels = new Uint32Array(256);
      if (yes > 0) pixels[yes] = ink[1];
      const shift = Math.round((view.left + view.top) * view.scale);
      paintCells(context, view, layer, codes, pixels, (x, y) => modulo(x + y + shift, 7) < 1);
    },
  });
}
