// Elements of the page. Text only ever becomes a text node: nothing here reads HTML.

/** A new element with attributes and children; false and null attributes are left out. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** The element of the page's frame with this id. */
function part(id) {
  return document.getElementById(id);
}

/** A table from a caption, headings and rows of cells (text or elements). */
function table(caption, headings, rows) {
  const head = headings.map((text) => element("th", { scope: "col" }, text));
  const body = rows.map((cells) =>
    element(
      "tr",
      {},
      ...cells.map((cell, index) =>
        index === 0 ? element("th", { scope: "row" }, cell) : element("td", {}, cell),
      ),
    ),
  );
  return element(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}

/** A section that opens and closes. */
function folded(title, ...children) {
  return element("details", {}, element("summary", {}, title), ...children);
}

/** A small mark beside a name, with its meaning as a tooltip. */
function badge(text, meaning, look = "") {
  return element("span", { class: `badge ${look}`.trim(), title: meaning }, text);
}
