// The card of the chosen place: a candidate, a known field or any cell.

const siteColumns = page.sites ? page.sites.columns : [];

/** The first column of the candidates with a role; undefined without. */
function columnOf(role) {
  return siteColumns.find((column) => column.role === role);
}

/** Value of a candidate in the column with a role; null without. */
function siteValue(role, index) {
  return columnOf(role)?.values[index] ?? null;
}

/** What a column is called: as its layer is, if it holds the values of one. */
function columnLabel(column) {
  return layerNamed(column.name)?.label ?? column.label;
}

/** A value of a column as text without its unit; classes by their names. */
function plainText(column, index, digits = 4) {
  const value = column.values[index];
  if (value === null) return "–";
  if (typeof value === "string") return value;
  const layer = layerNamed(column.name);
  const code = layer?.classes.length ? layer.levels.indexOf(Number(value)) : -1;
  if (code >= 0) return layer.classes[code].name;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return numberText(value, digits);
}

/** A value of a column as text with its unit. */
function valueText(column, index, digits = 4) {
  const value = column.values[index];
  const { unit, factor } = readable(column.units, value);
  if (factor !== 1) return withUnit(numberText(value * factor, digits), unit);
  const text = plainText(column, index, digits);
  return typeof value === "number" ? withUnit(text, unit) : text;
}

function siteName(index) {
  return String(siteValue("id", index) ?? `Site ${index + 1}`);
}

function drawSiteCard(holder, index) {
  const flags = siteValue("flags", index);
  const reasons = siteValue("reasons", index);
  holder.replaceChildren(
    element("h2", {}, `${siteValue("rank", index) ?? index + 1}. ${siteName(index)}`),
    element(
      "p",
      { class: "place" },
      [placeText(page.sites.latitude[index], page.sites.longitude[index]), page.sites.seas[index]]
        .filter(Boolean)
        .join(" · "),
    ),
    headline(index),
    ...simulatedParts(index),
    reasons ? reasonLine(reasons) : "",
    flags ? list("flags", "Flags", flags) : "",
    ...contributions(index),
    ...analogueParts(index),
    ...alikeParts("sites", index),
    element("h3", {}, "Values of the cell"),
    valueTable(index),
  );
}

/** The score in large figures, with its spread, area and likeness to the training data. */
function headline(index) {
  const score = columnOf("score");
  const facts = ["spread", "dissimilarity", "area"]
    .map(columnOf)
    .filter(Boolean)
    .map((column) => `${column.label.toLowerCase()} ${valueText(column, index, 3)}`);
  if (siteValue("extrapolated", index) === true) facts.push("unlike the training data");
  const near = columnOf("known_distance");
  if (near) facts.push(`${valueText(near, index, 3)} from ${siteValue("known_name", index)}`);
  return element(
    "p",
    { class: "headline" },
    element("strong", {}, score ? fixedText(score.values[index], score.units ? 2 : 3) : "–"),
    element("span", {}, score ? `${score.units} ${columnLabel(score).toLowerCase()}` : "score"),
    element("span", { class: "facts" }, facts.join(" · ")),
  );
}

/** What a simulator says of a site: the bands of its cost, its figures, and where its card is. */
function simulatedParts(index) {
  const columns = siteColumns.filter((column) => column.role === "simulated");
  if (!columns.length) return [];
  const { bands, cards } = page.sites;
  const named = (name) => columns.find((column) => column.name === name);
  const ends = new Set(bands.flatMap(({ low, high }) => [low, high]));
  const lines = bands.map(({ label, low, high }) =>
    element("li", {}, bandText(named(low), named(high), index), ` ${label}`),
  );
  const card = cards[siteName(index)];
  const parts = [element("ul", { class: "bands" }, ...lines)];
  if (card?.link) {
    const link = element("a", { href: card.link }, "Months, year, worst week and prices of this site");
    parts.push(element("p", {}, link));
  }
  if (card?.parts.length) parts.push(...costParts(card.parts));
  const rows = columns
    .filter((column) => !ends.has(column.name))
    .map((column) => valueRow(columnLabel(column), valueText(column, index), null));
  parts.push(
    element("h3", {}, "Simulated"),
    element("table", { class: "values" }, element("tbody", {}, ...rows)),
  );
  return parts;
}

function bandText(low, high, index) {
  const [first, last] = [low, high].map((column) => fixedText(column.values[index], 2));
  return element("strong", {}, `${first}–${last}`);
}

/** Parts of the cost, the largest first, as bars. */
function costParts(parts) {
  const most = Math.max(...parts.map(([, cost]) => cost), 1e-12);
  const rows = parts.map(([label, cost]) => {
    const fill = element("span", { class: "fill" });
    fill.style.width = `${(100 * cost) / most}%`;
    fill.style.left = "0";
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, label),
      element("td", { class: "bar-cell" }, element("span", { class: "signed-bar plain", "aria-hidden": "true" }, fill)),
      element("td", {}, fixedText(cost, 2)),
    );
  });
  return [
    element("h3", {}, "Parts of the cost"),
    element("table", { class: "contributions" }, element("tbody", {}, ...rows)),
  ];
}

/** Text joined by semicolons as a list. */
function list(look, title, text) {
  const items = text.split(/;\s+/).map((item) => element("li", {}, item));
  return element("div", { class: look }, element("h3", {}, title), element("ul", {}, ...items));
}

/** The reasons on one line, with the names of layers in words. */
function reasonLine(text) {
  const reasons = text
    .split(/[;,]\s+/)
    .map((reason) => reason.replace(/^[\w.]+/, (word) => layerNamed(word)?.label ?? word));
  return element("p", { class: "reasons" }, reasons.join(" · "));
}

/** What each layer adds to the score: signed bars about zero, largest first, then the sum. */
function contributions(index) {
  const terms = siteColumns
    .filter((column) => column.role === "contribution")
    .map((column) => ({ name: contributionName(column), value: column.values[index] }))
    .filter(({ value }) => value !== null)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (!terms.length) return [];
  const most = Math.max(...terms.map(({ value }) => Math.abs(value)), 1e-12);
  const sum = terms.reduce((total, { value }) => total + value, 0);
  const explained = siteColumns.find((column) => column.name === page.sites.explained);
  const score = explained ? explained.values[index] : siteValue("score", index);
  const differs = score !== null && Math.abs(sum - score) > 1e-5 * Math.max(1, Math.abs(score));
  const rows = terms.map(({ name, value }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element("td", { class: "bar-cell" }, signedBar(value / most)),
      element("td", {}, signedText(value, 3)),
    ),
  );
  const total = element(
    "tr",
    { class: "sum" },
    element("th", { scope: "row" }, explained?.role === "value" ? columnLabel(explained) : "Sum"),
    element("td", {}, differs ? `score is ${fixedText(score, 3)}` : ""),
    element("td", {}, fixedText(sum, 3)),
  );
  return [
    element("h3", {}, "What makes up the score"),
    element("table", { class: "contributions" }, element("tbody", {}, ...rows, total)),
  ];
}

function contributionName(column) {
  const name = column.name.replace(/^contribution_/, "");
  if (name === "base") return "Starting value";
  return layerNamed(name)?.label ?? column.label.replace(/^Contribution /, "");
}

/** The layer with this name, or whose values this column holds; a step means its first result. */
function layerNamed(name) {
  return (
    page.layers.find((layer) => layer.name === name || layer.column === name) ??
    page.layers.find((layer) => layer.name.split(".")[0] === name)
  );
}

/** A bar that starts in the middle: to the right if positive, else to the left. */
function signedBar(share) {
  const fill = element("span", { class: share < 0 ? "fill negative" : "fill" });
  fill.style.width = `${50 * Math.abs(share)}%`;
  fill.style.left = share < 0 ? `${50 - 50 * Math.abs(share)}%` : "50%";
  return element("span", { class: "signed-bar", "aria-hidden": "true" }, fill);
}

/** Every layer's value at a candidate, in its unit and with its mark. */
function valueTable(index) {
  const columns = siteColumns.filter((column) => column.role === "value");
  return element(
    "table",
    { class: "values" },
    element(
      "tbody",
      {},
      ...columns.map((column) =>
        valueRow(columnLabel(column), valueText(column, index), layerNamed(column.name)),
      ),
    ),
  );
}

function valueRow(name, text, layer) {
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    element("td", {}, text),
    element("td", {}, layer ? statusBadge(layer) : ""),
  );
}

function drawFieldCard(holder, index) {
  const columns = page.known.columns;
  const name = columns.find((column) => column.name === "name") ?? columns[0];
  holder.replaceChildren(
    element("h2", {}, name ? String(name.values[index] ?? "Known field") : "Known field"),
    element(
      "p",
      { class: "place" },
      placeText(page.known.latitude[index], page.known.longitude[index]),
    ),
    element(
      "p",
      { class: "note" },
      page.known.unverified[index]
        ? "A field that no source confirms: it took no part in the validation."
        : "One of the known fields that the ranking is tested on.",
    ),
    ...alikeParts("known", index),
    element(
      "table",
      { class: "values" },
      element(
        "tbody",
        {},
        ...columns
          .filter((column) => column !== name && column.values[index] !== null)
          .map((column) => valueRow(column.label, valueText(column, index), null)),
      ),
    ),
  );
}

/** Every layer's value in a cell, read back from the bytes of the map. */
async function drawCellCard(holder, latitude, longitude) {
  const world = worldOf(latitude, longitude);
  const position = gridPosition(world.x, world.y);
  const title = element("h2", {}, "Cell");
  const place = element("p", { class: "place" }, placeText(latitude, longitude));
  if (position === null) {
    holder.replaceChildren(title, place, element("p", {}, "Outside the grid of this run."));
    return;
  }
  const codes = await Promise.all(page.layers.map(codesOf));
  const rows = page.layers.map((layer, index) => {
    const text = codeText(layer, codeAt(layer, codes[index], position));
    return valueRow(layer.label, layer.factor > 1 ? `${text}\u00a0*` : text, layer);
  });
  const coarser = [
    ...new Set(page.layers.filter(({ factor }) => factor > 1).map(({ cell }) => cell)),
  ];
  const outside = page.outside && (await isOutside(position));
  holder.replaceChildren(
    title,
    place,
    element(
      "p",
      { class: "note" },
      `Row ${Math.floor(position.row) + 1}, column ` +
        `${Math.floor(position.column) + 1} of the grid; one cell is ${grid.cell}. After ± stands ` +
        "what is lost by drawing; the table of sites holds the exact values." +
        (coarser.length ? ` * Drawn in coarser cells, of ${coarser.join(" or ")}.` : ""),
    ),
    ...(outside
      ? [element("p", { class: "flags" }, "This cell is unlike the training data.")]
      : []),
    element("table", { class: "values" }, element("tbody", {}, ...rows)),
  );
}

async function isOutside(position) {
  const code = codeAt(page.outside, await codesOf(page.outside), position);
  return code > 0 && page.outside.levels[code - 1] === 1;
}
