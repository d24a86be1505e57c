// How the share of known fields found grows with the share of land searched.

const SVG = "http://www.w3.org/2000/svg";
const CHART = { width: 560, height: 300, left: 46, right: 150, top: 12, bottom: 40 };
const LINES = [
  ["line-1", ""],
  ["line-2", "7 4"],
  ["line-3", "2 3"],
  ["line-4", "9 3 2 3"],
];
const LEAST_SHARE = 0.001; // the axis of land is logarithmic: the best shares matter most

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

function chartX(share) {
  const reach = Math.log10(Math.max(share, LEAST_SHARE) / LEAST_SHARE) / -Math.log10(LEAST_SHARE);
  return CHART.left + reach * (CHART.width - CHART.left - CHART.right);
}

function chartY(share) {
  return CHART.height - CHART.bottom - share * (CHART.height - CHART.top - CHART.bottom);
}

/** The capture curves of the record as one chart, each line with its name at its side. */
function captureChart(curves) {
  const names = Object.keys(curves);
  const title = "Share of known fields found, against the share of land searched (logarithmic)";
  return svg(
    "svg",
    {
      viewBox: `0 0 ${CHART.width} ${CHART.height}`,
      class: "chart",
      role: "img",
      "aria-label": title,
    },
    ...axes(),
    ...names.flatMap((name, index) => curve(name, curves[name], index)),
  );
}

function axes() {
  const right = CHART.width - CHART.right;
  const marks = [];
  for (const share of [0.001, 0.01, 0.1, 1]) {
    const x = chartX(share);
    marks.push(svg("line", { class: "grid-line", x1: x, x2: x, y1: CHART.top, y2: chartY(0) }));
    marks.push(svg("text", { x, y: chartY(0) + 16, "text-anchor": "middle" }, `${share * 100} %`));
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = chartY(share);
    marks.push(svg("line", { class: "grid-line", x1: CHART.left, x2: right, y1: y, y2: y }));
    marks.push(
      svg("text", { x: CHART.left - 6, y: y + 4, "text-anchor": "end" }, `${share * 100} %`),
    );
  }
  const middle = (CHART.left + right) / 2;
  marks.push(
    svg(
      "text",
      { x: middle, y: CHART.height - 6, "text-anchor": "middle" },
      "share of land searched, best first",
    ),
  );
  return marks;
}

function curve(name, points, index) {
  const [look, dashes] = LINES[index % LINES.length];
  const path = points
    .filter(([land]) => land >= LEAST_SHARE)
    .map(
      ([land, found], step) =>
        `${step ? "L" : "M"}${chartX(land).toFixed(1)} ${chartY(found).toFixed(1)}`,
    )
    .join("");
  const y = CHART.top + 16 + 20 * index;
  const x = CHART.width - CHART.right + 12;
  const line = { class: `curve ${look}`, "stroke-dasharray": dashes };
  return [
    svg("path", { ...line, d: path }),
    svg("line", { ...line, x1: x, x2: x + 26, y1: y, y2: y }),
    svg("text", { x: x + 32, y: y + 4 }, wordsOf(name)),
  ];
}
