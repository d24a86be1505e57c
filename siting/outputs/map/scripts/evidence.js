// What stands behind the map: validation, exclusions, sources, columns, the pipeline, licences.

function drawEvidence(holder) {
  const sections = [
    page.skill &&
      folded("Validation: how well the ranking finds known fields", ...validation(page.skill)),
    page.surrogate &&
      folded("Surrogate: how well cells between the simulated ones are known", ...judgement()),
    page.exclusions.length && folded("Exclusions and the area each takes", exclusionTable()),
    folded("Sources: origin, status and vintage", sourceTable()),
    page.sites && folded("Columns of the table of sites", columnTable()),
    folded("The pipeline that made this map", scrolled("Pipeline", page.pipeline)),
    folded("Licence of the map library", scrolled("Licence", `Leaflet 1.9.4\n\n${page.licence}`)),
  ].filter(Boolean);
  const about = page.face.description
    ? [element("p", { class: "about" }, page.face.description)]
    : [];
  holder.replaceChildren(element("h2", {}, "Evidence"), ...about, ...sections);
}

function scrolled(name, text) {
  return element("pre", { tabindex: 0, role: "region", "aria-label": name }, text);
}

function validation(skill) {
  const parts = [
    skill.methods?.length ? methodTable(skill.methods) : null,
    pairedText(skill.paired),
    skill.curves ? captureChart(leadingCurves(skill)) : null,
    skill.importance?.length ? importanceTable(skill.importance) : null,
    skill.leakage?.text ? element("p", {}, `Leakage test: ${skill.leakage.text}`) : null,
    skill.labels ? element("p", {}, labelText(skill.labels)) : null,
  ];
  return parts.filter(Boolean);
}

/** Errors of the model learned from simulated cells, beside those of single layers. */
function judgement() {
  const { surrogate } = page;
  const rows = [
    ["The model", surrogate.error],
    ...(surrogate.singles ?? []).map(({ name, error }) => [layerNamed(name)?.label ?? name, error]),
    ["One number for all cells", surrogate.constant],
  ].map(([name, error]) => [name, `${numberText(100 * Math.expm1(error), 3)} %`]);
  return [
    element("p", {}, String(surrogate.verdict ?? "")),
    table("Error of the predicted cost with whole blocks left out", ["Learned from", "Error"], rows),
  ];
}

/** The curves of the methods on the face of the page; the others would hide them. */
function leadingCurves({ curves, methods }) {
  const wanted = methods?.length ? leadingMethods().map(({ name }) => name) : [];
  const named = wanted.filter((name) => curves[name]);
  return Object.fromEntries(
    (named.length ? named : Object.keys(curves))
      .slice(0, LINES.length)
      .map((name) => [name, curves[name]]),
  );
}

/** Every method on every fold and stratum, with intervals and the number of fields. */
function methodTable(methods) {
  const shares = Object.keys(methods[0].capture);
  const headings = [
    "Ranked by",
    "Role",
    "Tested on",
    "Where",
    "Fields",
    ...shares.map((share) => `In best ${share} %`),
    "AUC",
  ];
  const rows = methods.map((method) => [
    capital(wordsOf(method.name)),
    method.role,
    method.folds,
    wordsOf(method.stratum),
    String(method.fields),
    ...shares.map((share) => figureCell(method.capture[share])),
    figureCell(method.auc, 3),
  ]);
  return table(
    "Share of known fields found, with intervals; where fields are few, the interval alone",
    headings,
    rows,
  );
}

function pairedText(paired) {
  if (!paired) return null;
  const { difference, baseline } = paired;
  return element(
    "p",
    {},
    `Against ${wordsOf(String(baseline))}, drawn again and again from the same ` +
      `fields: the score finds more in ${numberText(100 * paired.share_of_bootstraps, 3)} % of draws ` +
      `(${numberText(100 * paired.required, 3)} % are asked for); the difference at ` +
      `${numberText(100 * paired.at, 3)} % of land is ${figureText(difference, 3)}.`,
  );
}

function importanceTable(rows) {
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)), 1e-12);
  return table(
    "How much the skill drops when a layer is shuffled",
    ["Layer", "Beside the largest", "Drop"],
    rows.map(({ layer, value, sd }) => [
      wordsOf(String(layer)),
      signedBar(value / most),
      `${fixedText(value, 3)} ± ${fixedText(sd, 3)}`,
    ]),
  );
}

function labelText(labels) {
  const left = labels.left_out_unverified;
  const outside = labels.outside_names?.length ? ` (${labels.outside_names.join(", ")})` : "";
  return (
    `${labels.used} known fields were used; ${left} left out because nothing verifies them; ` +
    `${labels.outside} outside the area${outside}.`
  );
}

function exclusionTable() {
  const domain = page.exclusions.map((row) => row.domain).find((area) => area > 0);
  const headings = [
    "Exclusion",
    "Takes, km²",
    "Share of the area",
    "It alone takes, km²",
    "Unknown, km²",
  ];
  const rows = page.exclusions.map(({ name, area, marginal, unknown }) => [
    wordsOf(name),
    numberText(area, 4),
    domain ? `${numberText((100 * area) / domain, 3)} %` : "–",
    numberText(marginal, 4),
    numberText(unknown, 4),
  ]);
  return table(
    "Area that each exclusion takes; unknown is what is taken for want of data",
    headings,
    rows,
  );
}

function sourceTable() {
  const keys = ["source", "status", "vintage", "licence", "citation"].filter((key) =>
    page.sources.some((source) => source[key]),
  );
  return table(
    "What this map is made from",
    ["Name", ...keys.map(capital)],
    page.sources.map((source) => [source.name, ...keys.map((key) => source[key] || "–")]),
  );
}

function columnTable() {
  return table(
    "Meaning of each column",
    ["Column", "Unit", "Meaning"],
    siteColumns.map(({ name, units, description }) => [name, units || "–", description || "–"]),
  );
}
