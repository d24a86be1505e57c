// The chosen layer on the map: each pixel of the screen shows the cell that lies under it.

/** Paint the cells of a layer; keep(x, y) may leave pixels out. */
function paintCells(context, view, layer, codes, pixels, keep = null) {
  const image = context.createImageData(view.width, view.height);
  const target = new Uint32Array(image.data.buffer);
  const paint = STRAIGHT ? paintStraight : paintCurved;
  paint(target, view, layer, (cell, x, y) =>
    keep === null || keep(x, y) ? pixels[codes[cell]] : 0,
  );
  context.putImageData(image, 0, 0);
}

// On a cylindrical grid the cells of a column lie above one another, those of a row beside.
const STRAIGHT = grid.across === 2;

/** Fill pixels from a grid whose rows and columns are straight on the map. */
function paintStraight(target, view, layer, colourOf) {
  const columns = columnsOfView(view).map((column) => Math.floor(column / layer.factor));
  for (let y = 0; y < view.height; y += 1) {
    const line = latticeRow(view.worldY(y + 0.5));
    const row = line === null ? -1 : line.rows[0];
    if (!(row >= 0 && row < grid.height)) continue;
    const first = Math.floor(row / layer.factor) * layer.width;
    for (let x = 0; x < columns.length; x += 1) {
      if (columns[x] >= 0) target[y * view.width + x] = colourOf(first + columns[x], x, y);
    }
  }
}

/** Column of the grid under each column of pixels; -1 outside. */
function columnsOfView(view) {
  const columns = new Float64Array(view.width);
  for (let x = 0; x < view.width; x += 1) {
    const found = between(shareAcross(view.worldX(x + 0.5)), 2);
    const column =
      found === null ? -1 : nodeColumns[0] + found.weight * (nodeColumns[1] - nodeColumns[0]);
    columns[x] = column < grid.width ? column : -1;
  }
  return columns;
}

/** Fill pixels from a grid of any projection. */
function paintCurved(target, view, layer, colourOf) {
  const across = nodesOfView(view);
  for (let y = 0; y < view.height; y += 1) {
    const line = latticeRow(view.worldY(y + 0.5));
    if (line !== null) paintCurvedLine(target, view, y, line, across, layer, colourOf);
  }
}

/** Node of the lattice left of each column of pixels (-1 outside), and the weight of the next. */
function nodesOfView(view) {
  const nodes = new Int32Array(view.width);
  const weights = new Float64Array(view.width);
  for (let x = 0; x < view.width; x += 1) {
    const found = between(shareAcross(view.worldX(x + 0.5)), grid.across);
    nodes[x] = found === null ? -1 : found.node;
    weights[x] = found === null ? 0 : found.weight;
  }
  return { nodes, weights };
}

function paintCurvedLine(target, view, y, { columns, rows }, { nodes, weights }, layer, colourOf) {
  for (let x = 0; x < nodes.length; x += 1) {
    const node = nodes[x];
    if (node < 0) continue;
    const column = columns[node] + weights[x] * (columns[node + 1] - columns[node]);
    const row = rows[node] + weights[x] * (rows[node + 1] - rows[node]);
    if (!(column >= 0 && row >= 0 && column < grid.width && row < grid.height)) continue;
    const cell = Math.floor(row / layer.factor) * layer.width + Math.floor(column / layer.factor);
    target[y * view.width + x] = colourOf(cell, x, y);
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
