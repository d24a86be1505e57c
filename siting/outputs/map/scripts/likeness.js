// Places like the chosen one, as the model sees them: candidates by likeness, and known systems.

const MOST_ALIKE = 8; // candidates that are listed

/** Similarity of two positions: 1 for twins; null where a feature is missing. */
function similarity(one, other) {
  if (!one || !other) return null;
  const square = one.reduce((sum, x, axis) => sum + (x - other[axis]) ** 2, 0);
  return Math.exp(-Math.sqrt(square) / page.likeness.mean_distance);
}

/** Other candidates by their likeness to a position, the most alike first. */
function mostAlike(position, itself = null) {
  return page.likeness.sites
    .map((other, index) => ({ index, value: similarity(position, other) }))
    .filter(({ index, value }) => index !== itself && value !== null)
    .sort((a, b) => b.value - a.value || a.index - b.index);
}

/** The known systems most like a candidate, and in what they differ. */
function analogueParts(index) {
  const named = (name) => siteColumns.find((column) => column.name === name)?.values[index];
  const items = [1, 2, 3]
    .filter((number) => named(`analogue_${number}`))
    .map((number) => {
      const differs = named(`analogue_${number}_differs`);
      return element(
        "li",
        {},
        element("strong", {}, named(`analogue_${number}`)),
        ` ${fixedText(named(`analogue_${number}_similarity`), 2)}`,
        element("span", { class: "facts" }, differs || "no difference"),
      );
    });
  if (!items.length) return [];
  return [
    element("h3", {}, "Known systems most like it"),
    element("ol", { class: "analogues" }, ...items),
    element("p", { class: "note" }, "Likeness to the model: 1 is a twin, 0.37 any two places."),
  ];
}

/** A list of the candidates most like a place, each a button that shows it. */
function alikeParts(kind, index) {
  const position = page.likeness?.[kind][index];
  if (!position) return [];
  const alike = mostAlike(position, kind === "sites" ? index : null).slice(0, MOST_ALIKE);
  if (!alike.length) return [];
  const items = alike.map(({ index: other, value }) => {
    const button = element("button", { type: "button", class: "quiet" }, siteName(other));
    button.addEventListener("click", () => chooseSite(other, true));
    return element("li", {}, button, ` ${fixedText(value, 2)}`);
  });
  return [
    element("h3", {}, "More like this one"),
    element("ol", { class: "alike" }, ...items),
  ];
}
