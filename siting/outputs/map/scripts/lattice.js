// From the map to the grid: positions at the nodes of a lattice, linear between them.

const grid = page.grid;
const nodeColumns = Float64Array.from(grid.columns, (value) => value ?? NaN);
const nodeRows = Float64Array.from(grid.rows, (value) => value ?? NaN);

/** Share of the lattice's width at a world abscissa (0 at 180 W, 1 at 180 E). */
function shareAcross(worldX) {
  return modulo(worldX * 360 - 180 - grid.west, 360) / grid.span;
}

/** Share of the lattice's height at a world ordinate (0 at 85 N, 1 at 85 S). */
function shareDown(worldY) {
  return (worldY - grid.top) / (grid.bottom - grid.top);
}

/** Node before a share of the lattice, and the weight of the one after it; null outside. */
function between(share, nodes) {
  if (!(share >= 0 && share <= 1)) return null;
  const node = Math.min(Math.floor(share * (nodes - 1)), nodes - 2);
  return { node, weight: share * (nodes - 1) - node };
}

/** Column and row of the grid at each node across, at one ordinate of the map; null outside. */
function latticeRow(worldY) {
  const down = between(shareDown(worldY), grid.down);
  if (down === null) return null;
  const columns = new Float64Array(grid.across);
  const rows = new Float64Array(grid.across);
  for (let index = 0; index < grid.across; index += 1) {
    const first = down.node * grid.across + index;
    const second = first + grid.across;
    columns[index] = nodeColumns[first] + down.weight * (nodeColumns[second] - nodeColumns[first]);
    rows[index] = nodeRows[first] + down.weight * (nodeRows[second] - nodeRows[first]);
  }
  return { columns, rows };
}

/** Position in the grid of a place on the map; null outside. */
function gridPosition(worldX, worldY) {
  const across = between(shareAcross(worldX), grid.across);
  const line = latticeRow(worldY);
  if (across === null || line === null) return null;
  const { node, weight } = across;
  const column = line.columns[node] + weight * (line.columns[node + 1] - line.columns[node]);
  const row = line.rows[node] + weight * (line.rows[node + 1] - line.rows[node]);
  const inside = column >= 0 && row >= 0 && column < grid.width && row < grid.height;
  return inside ? { column, row } : null;
}

/** World coordinates of a place: 0 to 1 from 180 W to 180 E, and from 85 N to 85 S. */
function worldOf(latitude, longitude) {
  const tangent = Math.tan((latitude * Math.PI) / 180);
  return { x: (longitude + 180) / 360, y: 0.5 - Math.asinh(tangent) / (2 * Math.PI) };
}
