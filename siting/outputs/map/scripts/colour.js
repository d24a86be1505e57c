// From codes to colours: one table of 256 for each layer, the same for map and legend.

/** Red, green and blue of "#rrggbb". */
function channels(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Colour of each code from 1 on, as "#rrggbb". */
function colourList(layer, palette) {
  if (layer.classes.length) return layer.classes.map((each) => each.colour);
  const rising = layer.kind === "circular" ? page.cyclic : page.palettes[palette];
  // The best stands out in light colours, whether it is the highest or the lowest.
  const steps = layer.lowest_is_best ? [...rising].reverse() : rising;
  const count = levelsOf(layer).length;
  return Array.from(
    { length: count },
    (_, index) =>
      steps[count > 1 ? Math.round((index * (steps.length - 1)) / (count - 1)) : steps.length - 1],
  );
}

/** Pixel of each code as canvas holds it (bytes R, G, B, A); code 0 is transparent. */
function pixelTable(colours) {
  const bytes = new Uint8ClampedArray(4 * 256);
  colours.forEach((hex, index) => bytes.set([...channels(hex), 255], 4 * (index + 1)));
  return new Uint32Array(bytes.buffer);
}

/** A colour of the style sheet as the browser resolves it, for use on a canvas. */
function themeColour(name) {
  const probe = element("span", { class: "probe" });
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
