// The table of candidates: sorted by any column, filtered by text, walked with the keyboard.

const PAGE_ROWS = 200; // rows drawn at a time
const TABLE_ROLES = [
  "rank",
  "id",
  "score",
  "spread",
  "simulated",
  "flags",
  "value",
  "dissimilarity",
  "extrapolated",
  "known_distance",
  "known_name",
  "status",
  "area",
  "latitude",
  "longitude",
];

/** The table in its section; choose(index) is called for the row that was picked. */
function drawSiteTable(holder, choose) {
  if (!page.sites) return drawNoSites(holder);
  const columns = tableColumns();
  const state = { column: columnOf("rank") ?? columns[0], down: false, text: "", rows: PAGE_ROWS };
  const parts = {
    body: element("tbody"),
    headings: columns.map((column) => heading(column, () => change(sortedBy(state, column)))),
    count: element("p", { class: "note", role: "status" }),
    more: element("button", { type: "button", class: "quiet" }, "Show more rows"),
  };
  const change = (changes) => {
    Object.assign(state, changes);
    drawRows(parts, columns, state);
  };
  parts.body.addEventListener("click", (event) => {
    const found = event.target.closest("tr");
    if (found) choose(Number(found.dataset.index));
  });
  parts.body.addEventListener("keydown", (event) => walk(event, parts.body));
  parts.more.addEventListener("click", () => change({ rows: state.rows + PAGE_ROWS }));
  const filter = filterBox((text) => change({ text, rows: PAGE_ROWS }));
  holder.replaceChildren(...tableFrame(parts, filter));
  change({});
  return { select: (index) => selectRow(parts.body, state, index) };
}

function drawNoSites(holder) {
  holder.replaceChildren(
    element("h2", { id: "sites-title" }, "Candidate sites"),
    element("p", {}, "This run has no candidates."),
  );
  return { select() {} };
}

function tableFrame({ body, headings, count, more }, filter) {
  const title = element("h2", { id: "sites-title" }, "Candidate sites");
  const whole = element(
    "table",
    { class: "site-table" },
    element("thead", {}, element("tr", {}, ...headings)),
    body,
  );
  return [
    element("div", { class: "sites-head" }, title, filter, count),
    element(
      "div",
      { class: "scroller", tabindex: 0, role: "region", "aria-label": "Table of sites" },
      whole,
    ),
    more,
  ];
}

/** A column once more turns its order round; a new one starts with the best score, else low. */
function sortedBy(state, column) {
  return { column, down: state.column === column ? !state.down : column.role === "score" && !page.lowest };
}

/** Rows, arrows in the headings and the count, as the state has them. */
function drawRows({ body, headings, count, more }, columns, state) {
  const order = sortedSites(state);
  const direction = state.down ? "descending" : "ascending";
  headings.forEach((cell, index) =>
    cell.setAttribute("aria-sort", columns[index] === state.column ? direction : "none"),
  );
  const drawn = order.slice(0, state.rows);
  body.replaceChildren(...drawn.map((index) => row(index, columns, state.chosen === index)));
  const first = body.querySelector("tr[aria-current] button") ?? body.querySelector("button");
  if (first) first.tabIndex = 0;
  more.hidden = order.length <= state.rows;
  count.textContent = `${drawn.length} of ${page.sites.longitude.length} sites shown`;
}

/** Mark the row of a site, or none. */
function selectRow(body, state, index) {
  state.chosen = index;
  for (const each of body.children) markRow(each, Number(each.dataset.index) === index);
}

/** Columns in reading order: what and how good first, then the values, then where. */
function tableColumns() {
  return TABLE_ROLES.flatMap((role) => siteColumns.filter((column) => column.role === role));
}

function heading(column, sort) {
  const button = element(
    "button",
    { type: "button", title: column.description },
    columnLabel(column),
    column.units ? element("span", { class: "unit" }, ` ${column.units}`) : null,
  );
  button.addEventListener("click", sort);
  return element("th", { scope: "col", class: lookOf(column) }, button);
}

/** Numbers stand to the right; values of layers are details that paper leaves out. */
function lookOf(column) {
  const number = column.values.some((value) => typeof value === "number") ? "number" : "";
  return `${number} ${column.role === "value" ? "detail" : ""}`.trim() || null;
}

function filterBox(change) {
  const box = element("input", { type: "search", id: "filter", autocomplete: "off" });
  box.addEventListener("input", () => change(box.value.trim().toLowerCase()));
  return element("span", { class: "filter" }, element("label", { for: "filter" }, "Filter"), box);
}

/** Indices of the sites that hold the text, in the order of the chosen column. */
function sortedSites({ column, down, text }) {
  const texts = siteColumns.filter(({ values }) =>
    values.some((value) => typeof value === "string"),
  );
  const holds = (index) =>
    texts.some(({ values }) =>
      String(values[index] ?? "")
        .toLowerCase()
        .includes(text),
    );
  const order = page.sites.longitude
    .map((_, index) => index)
    .filter((index) => !text || holds(index));
  const { values } = column;
  return order.sort((a, b) => {
    if (values[a] === null || values[b] === null)
      return (values[a] === null) - (values[b] === null) || a - b;
    const before =
      typeof values[a] === "string"
        ? values[a].localeCompare(values[b], "en")
        : values[a] - values[b];
    return (down ? -before : before) || a - b;
  });
}

function row(index, columns, chosen) {
  const cells = columns.map((column, place) => {
    const text = cellText(column, index);
    if (place > 0) return element("td", { class: lookOf(column) }, text);
    const label = `${text}: show ${siteName(index)} on the map`;
    return element(
      "th",
      { scope: "row" },
      element(
        "button",
        { type: "button", class: "row-button", tabindex: -1, "aria-label": label },
        text,
      ),
    );
  });
  const found = element("tr", { "data-index": index }, ...cells);
  markRow(found, chosen);
  return found;
}

/** Values stand without a unit, which is in the heading; places have fixed decimals. */
function cellText(column, index) {
  if (column.role === "score") return fixedText(column.values[index], column.units ? 2 : 3);
  const place = ["latitude", "longitude"].includes(column.role);
  return place ? fixedText(column.values[index], 3) : plainText(column, index);
}

function markRow(found, chosen) {
  if (chosen) found.setAttribute("aria-current", "true");
  else found.removeAttribute("aria-current");
}

/** Arrow, Home and End keys move between rows; one row at a time is in the order of tabs. */
function walk(event, body) {
  const buttons = [...body.querySelectorAll(".row-button")];
  const here = buttons.indexOf(document.activeElement);
  const moves = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 };
  const next = buttons[moves[event.key]];
  if (here < 0 || !next) return;
  event.preventDefault();
  buttons[here].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
