// Candidates and known fields: all on one canvas, the best last so that they lie on top.

const HALOED = 10; // best sites that carry a halo
const REACH = 12; // pixels from a mark within which a click means it

/** Places with their world coordinates. */
function placed(places) {
  if (!places) return [];
  return places.longitude.map((longitude, index) => ({
    index,
    longitude,
    latitude: places.latitude[index],
    ...worldOf(places.latitude[index], longitude),
  }));
}

/** Where a place lies on the canvas, once for each turn of the world in view. */
function spots(place, view) {
  return turnsInView(view).map((turn) => ({
    x: (place.x + turn - view.left) * view.scale * view.ratio,
    y: (place.y - view.top) * view.scale * view.ratio,
  }));
}

/** Draw a candidate: the best ones larger, in another colour and with a halo. */
function drawSite(context, { x, y }, best, ratio) {
  if (best) disc(context, x, y, 8 * ratio, "rgba(255, 255, 255, 0.75)", null);
  const radius = (best ? 5 : 3.2) * ratio;
  disc(context, x, y, radius, best ? "#d5340e" : "#ffffff", "#16191d", 1.2 * ratio);
}

/** Draw a known field: a hollow diamond, light inside dark; a grey one if it is unverified. */
function drawField(context, { x, y }, ratio, unverified = false) {
  const size = 4 * ratio;
  const light = unverified ? "#9aa0a6" : "#7fd4ff";
  for (const [width, colour] of [
    [3 * ratio, "#16191d"],
    [1.3 * ratio, light],
  ]) {
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

function disc(context, x, y, radius, fill, stroke, width = 0) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  if (stroke) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  }
}

/** Two rings around the chosen place. */
function drawChoice(context, { x, y }, ratio) {
  for (const [width, colour] of [
    [5, "#16191d"],
    [2.5, "#ffffff"],
  ]) {
    context.beginPath();
    context.arc(x, y, 11 * ratio, 0, 2 * Math.PI);
    context.lineWidth = width * ratio;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/** The canvas of marks; `shown` says which kinds are drawn, `choice` which place is chosen. */
function marksLayer(sites, fields) {
  const state = { sites: true, fields: true, choice: null };
  const canvas = new CanvasLayer({
    pane: "marks",
    paint(context, view) {
      context.clearRect(0, 0, view.width, view.height);
      const each = (places, draw) =>
        places.forEach((place) => spots(place, view).forEach((spot) => draw(spot, place)));
      if (state.fields) {
        each(fields, (spot, { index }) =>
          drawField(context, spot, view.ratio, page.known.unverified[index]),
        );
      }
      if (state.sites) {
        each([...sites].reverse(), (spot, { index }) =>
          drawSite(context, spot, index < HALOED, view.ratio),
        );
      }
      if (state.choice) each([state.choice], (spot) => drawChoice(context, spot, view.ratio));
    },
  });
  canvas.change = (changes) => {
    Object.assign(state, changes);
    canvas.redraw();
  };
  canvas.near = (map, point) =>
    nearest(map, point, state.sites ? sites : []) ??
    nearest(map, point, state.fields ? fields : []);
  return canvas;
}

/** The place nearest to a point of the screen, if it is within reach. */
function nearest(map, point, places) {
  const view = viewOf(map, 1);
  let best = null;
  let least = REACH ** 2;
  for (const place of places) {
    for (const { x, y } of spots(place, view)) {
      const distance = (x - point.x) ** 2 + (y - point.y) ** 2;
      if (distance < least) [best, least] = [place, distance];
    }
  }
  return best;
}
