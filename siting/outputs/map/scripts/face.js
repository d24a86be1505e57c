// The first lines of the page: verdict, scope, facts, the small table of skill, findings.

function drawFace() {
  const { face } = page;
  part("title").textContent = face.title;
  part("verdict").textContent = face.verdict;
  part("judged").textContent = face.judged;
  part("judged").hidden = !face.judged;
  part("scope").textContent = face.scope;
  part("facts").replaceChildren(...face.facts.map((fact) => element("li", {}, fact)));
  if (page.skill?.methods?.length) part("face-skill").replaceChildren(smallSkillTable());
  drawFindings(part("findings"), face.findings);
}

/** The rows that matter most on the first stratum: score, its closest rival, learned model. */
function smallSkillTable() {
  const rows = leadingMethods().map((method) => [
    methodName(method),
    ...Object.keys(method.capture).map((share) => figureCell(method.capture[share])),
    figureCell(method.auc, 3),
  ]);
  const [first] = page.skill.methods;
  const shares = Object.keys(first.capture).map((share) => `best ${share} %`);
  const caption = `Share of ${first.fields} known fields found in the best part of ${wordsOf(first.stratum)}`;
  return table(caption, ["Ranked by", ...shares, "AUC"], rows);
}

/** One row a method, on the hardest folds; of the baselines only the one compared with. */
function leadingMethods() {
  const { methods, paired } = page.skill;
  const hardest = new Map(); // later rows of a method are tested on harder folds
  for (const method of methods) {
    const leaking = /leak/i.test(method.folds);
    if (method.stratum === methods[0].stratum && !leaking) hardest.set(method.name, method);
  }
  const rows = [...hardest.values()];
  const rival = paired?.baseline ?? rows.find(({ role }) => role === "baseline")?.name;
  return rows.filter(({ role, name }) => role !== "baseline" || name === rival);
}

/** A method by its label, and how it was tested where it was fitted. */
function methodName(method) {
  const label = layerNamed(method.name)?.label ?? wordsOf(method.name);
  const tested = method.role === "learned" ? `, ${method.folds}` : "";
  return element(
    "span",
    {},
    capital(label),
    " ",
    element("span", { class: "interval" }, `${method.role}${tested}`),
  );
}

function wordsOf(name) {
  return name.replace(/\./g, ": ").replace(/_/g, " ");
}

function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function drawFindings(holder, findings) {
  if (!findings.length) {
    holder.hidden = true;
    return;
  }
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const notes = findings.length - warnings;
  const counts = [warnings && plural(warnings, "warning"), notes && plural(notes, "note")];
  holder.classList.toggle("mild", warnings === 0);
  holder.replaceChildren(
    element(
      "details",
      { open: findings.length <= 3 },
      element("summary", {}, `This run reports ${counts.filter(Boolean).join(" and ")}`),
      element("ul", {}, ...findings.map(findingItem)),
    ),
  );
}

function findingItem(finding) {
  const details = ["where", "found", "wanted", "fix"]
    .filter((key) => finding[key])
    .map((key) => `${key}: ${finding[key]}`)
    .join(" · ");
  return element(
    "li",
    { class: finding.severity },
    element("strong", {}, finding.severity === "warning" ? "Warning" : "Note"),
    ` ${finding.message} `,
    element(
      "span",
      { class: "finding-details" },
      `· ${details ? `${details} · ` : ""}${finding.code}`,
    ),
  );
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
