// Land under the raster and its coast above it: there is no other base map.

/** Paths of the land in world coordinates: its area, and its coast without the map's edges. */
function landPaths(outline) {
  const area = new Path2D();
  const coast = new Path2D();
  for (const ring of ringsOf(outline)) {
    let before = null;
    for (const place of ring) {
      const { x, y } = worldOf(place.latitude, place.longitude);
      if (before === null) area.moveTo(x, y);
      else area.lineTo(x, y);
      if (before === null || alongEdge(before, place)) coast.moveTo(x, y);
      else coast.lineTo(x, y);
      before = place;
    }
    area.closePath();
  }
  return { area, coast };
}

/** Vertices of each ring: a start in whole steps, then moves of two signed bytes. */
function* ringsOf({ step, starts, moves }) {
  const bytes = new Int8Array(bytesOf(moves).buffer);
  let next = 0;
  for (const [startLongitude, startLatitude, count] of starts) {
    let [longitude, latitude] = [startLongitude, startLatitude];
    const ring = [{ longitude: longitude * step, latitude: latitude * step }];
    for (const end = next + 2 * count; next < end; next += 2) {
      longitude += bytes[next];
      latitude += bytes[next + 1];
      ring.push({ longitude: longitude * step, latitude: latitude * step });
    }
    yield ring;
  }
}

/** Whether a side of a ring is the dateline or the end of the map, where land was cut. */
function alongEdge(before, { longitude, latitude }) {
  const meridian = Math.abs(longitude) > 179.99 && before.longitude === longitude;
  const parallel = Math.abs(latitude) > 85 && before.latitude === latitude;
  return meridian || parallel;
}

/** Draw with world coordinates, once for each turn of the world in view. */
function inWorld(context, view, draw) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  const pixels = view.scale * view.ratio;
  for (const turn of turnsInView(view)) {
    context.setTransform(pixels, 0, 0, pixels, (turn - view.left) * pixels, -view.top * pixels);
    draw(pixels);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
}

function landLayer(paths) {
  return new CanvasLayer({
    pane: "land",
    paint(context, view) {
      context.fillStyle = themeColour("land");
      inWorld(context, view, () => context.fill(paths.area, "evenodd"));
    },
  });
}

function coastLayer(paths) {
  return new CanvasLayer({
    pane: "coast",
    paint(context, view) {
      const strokes = [
        [2.2, themeColour("coast-edge")],
        [0.9, themeColour("coast")],
      ];
      context.lineJoin = "round";
      inWorld(context, view, (pixels) =>
        strokes.forEach(([width, colour]) => {
          context.lineWidth = (width * view.ratio) / pixels;
          context.strokeStyle = colour;
          context.stroke(paths.coast);
        }),
      );
    },
  });
}
