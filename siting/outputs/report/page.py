"""The report page: one file without code, that prints and asks the network for nothing."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from siting import __version__
from siting.kinds import Results
from siting.outputs import templates
from siting.outputs.map import content
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.report import (
    compare,
    compare_figures,
    explanation,
    explanation_figures,
    geothermal,
    geothermal_figures,
    places,
    probability,
    probability_figures,
    provenance,
    skill_figures,
    surrogate,
    validation,
)
from siting.outputs.report.alternatives import (
    auc_text,
    caption,
    capture_text,
    importance_text,
    leakage_text,
    map_text,
)
from siting.outputs.report.distributions import Spread, spreads
from siting.outputs.report.drawing import data_uri, drawing
from siting.outputs.report.layer_figures import spread_figure
from siting.outputs.report.samples import Samples, cells_of, known_fields, take
from siting.outputs.report.skill import Skill, read
from siting.outputs.report.world import Places, map_figure
from siting.outputs.simulated import cards_wanted, surrogate_record
from siting.outputs.sites import content as site_cards


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it."""

    uri: str
    text: str  # what it shows, for those who do not see it
    width: int  # [CSS pixel]
    height: int

    @classmethod
    def of(cls, figure: Figure, text: str) -> "Picture":
        """A figure drawn, with its text."""
        width, height = (round(96 * inches) for inches in figure.get_size_inches())
        return cls(data_uri(figure), text, width, height)


def write(results: Results, path: Path) -> None:
    """Write the report of a run to one HTML file; the same results give the same bytes."""
    path.write_bytes(render(results).encode("utf-8", errors="replace"))


def render(results: Results) -> str:
    """The report of a run as HTML."""
    style = templates.style(("siting.outputs.report", "report.css"))
    page = templates.environment("siting.outputs.report").get_template("page.html")
    with drawing():
        sections = _skill(results) | _places(results) | _layers(results) | _simulation(results)
        sections |= _comparisons(results) | _probability(results)
        sections |= _geothermal(results) | _explanation(results)
    return page.render(
        face=content.face(results),
        ground=content.ground(results),
        findings=sorted(results.findings, key=lambda each: each.severity != "warning"),
        pipeline=results.pipeline,
        version=__version__,
        style=style,
        policy=policy(style),
        **sections,
        **_provenance(results),
    )


def policy(style: str) -> str:
    """Content security policy: this style, images inside the page, nothing else at all.

    Examples
    --------
    >>> policy("").split("; ")[:2]
    ["default-src 'none'", 'img-src data:']
    """
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _skill(results: Results) -> dict[str, Any]:
    """How well the run finds known fields: tables, figures, self-test, labels."""
    record = content.skill_record(results)
    skill = read(record)
    models = provenance.models(results)
    if skill is None:
        return {"skill": None, "models": models}
    return {
        "skill": skill,
        "models": models,
        "strata": validation.skill_rows(skill),
        "paired": validation.paired_rows(skill),
        "labels": validation.label_items(skill.labels),
        "leakage_text": str(skill.leakage.get("text") or ""),
        "leakage_passed": skill.leakage.get("passed"),
        "capture": _capture(skill),
        "auc": _auc(skill),
        "importance": _importance(skill),
        "most_bars": skill_figures.MOST_BARS,
        "leakage": _leakage(skill),
    }


def _comparisons(results: Results) -> dict[str, Any]:
    """Approaches and single layers side by side: that of the ranked score, then the others."""
    return {
        "comparisons": [
            _comparison(name, number, record)
            for number, (name, record) in enumerate(compare.comparison_records(results), 1)
        ]
    }


def _comparison(name: str, number: int, record: dict[str, Any]) -> dict[str, Any]:
    """Tables, figures and variogram of one comparison."""
    found = compare.read(record)
    drawn = {
        "skill": (compare_figures.skill_figure(record), compare_figures.skill_text(record)),
        "curves": (
            compare_figures.curves_figure(record, found.capture_of if found else "systems"),
            compare_figures.curves_text(record),
        ),
        "variogram": (
            compare_figures.variogram_figure(record), compare_figures.variogram_text(record)
        ),
    }  # fmt: skip
    pictures = {
        each: None if figure is None else Picture.of(figure, text)
        for each, (figure, text) in drawn.items()
    }
    place = "comparison" if number == 1 else f"comparison-{number}"
    return {"found": found, "name": display_name(name), "id": place, **pictures}


def _probability(results: Results) -> dict[str, Any]:
    """Priors, calibration, totals, intervals, and what a missing layer costs."""
    found = probability.read(probability.probability_records(results))
    if found is None:
        return {"probability": None}
    drawn = [probability_figures.drawn(part.record) for part in found.parts]
    pictures = [
        None if figure is None else (Picture.of(figure, text), words)
        for figure, text, words in drawn
    ]
    return {"probability": found, "probability_pictures": pictures}


def _geothermal(results: Results) -> dict[str, Any]:
    """What geothermal wells would cost: figures and words by kind of wells."""
    shown = []
    for kind in geothermal.read(results):
        bars = None
        if any(each.conditional and each.risked for each in kind.portraits):
            bars = Picture.of(geothermal_figures.bars_figure(kind), geothermal.bars_text(kind))
        shown.append((kind, bars, [_tornado(each) for each in kind.portraits]))
    return {"geothermal": shown}


def _tornado(portrait: geothermal.Portrait) -> Picture | None:
    if not portrait.drivers:
        return None
    figure = geothermal_figures.tornado_figure(portrait.drivers)
    return Picture.of(figure, geothermal.tornado_text(portrait))


def _explanation(results: Results) -> dict[str, Any]:
    """What the model rests on: worth of layers by block, and responses."""
    worth, response = explanation.importances(results), explanation.dependences(results)
    return {
        "importances": [(each, _worth(each.record)) for each in worth],
        "dependences": [(each, _response(each.record)) for each in response],
        "few": explanation.FEW,
    }


def _worth(record: Mapping[str, Any]) -> Picture | None:
    figure = explanation_figures.importance_figure(record)
    if figure is None:
        return None
    return Picture.of(figure, explanation_figures.importance_text(record))


def _response(record: Mapping[str, Any]) -> Picture | None:
    figure = explanation_figures.dependence_figure(record)
    if figure is None:
        return None
    return Picture.of(figure, explanation_figures.dependence_text(record))


def _simulation(results: Results) -> dict[str, Any]:
    """What a simulator stands behind: its surrogate, what it assumes, how many sites have cards."""
    best = site_cards.sites(results)[:1]
    return {
        "surrogate": surrogate.read(results),
        "assumed": best[0].assumed if best else [],
        "cards": len(results.cards) if cards_wanted(results) else 0,
    }


def _capture(skill: Skill) -> Picture | None:
    shown = skill_figures.curves(skill)
    if not shown:
        return None
    return Picture.of(skill_figures.capture_figure(shown, skill.shares), capture_text(shown))


def _auc(skill: Skill) -> Picture | None:
    if not skill.methods:
        return None
    return Picture.of(skill_figures.auc_figure(skill), auc_text(skill))


def _importance(skill: Skill) -> Picture | None:
    if not skill.importance:
        return None
    return Picture.of(skill_figures.importance_figure(skill), importance_text(skill))


def _leakage(skill: Skill) -> Picture | None:
    rows = skill_figures.leakage_rows(skill)
    if not rows:
        return None
    return Picture.of(skill_figures.leakage_figure(rows), leakage_text(rows))


def _places(results: Results) -> dict[str, Any]:
    """Where the score points: the map and the best candidates; what was excluded."""
    area = places.domain_area(results)
    return {
        "map": _map(results),
        "candidates": places.candidate_table(results),
        "exclusions": places.exclusion_table(results, area),
        "area": places.area_text(results, area),
    }


def _map(results: Results) -> Picture | None:
    shown, _ = content.drawable(results)
    name = content.score_name(results)
    if name not in shown:
        return None
    score = shown[name]
    marked = Places.of(results.candidates, _known(results), results.grid)
    unit = display_unit(str(score.attrs.get("units") or "1")) or "1"
    label = f"{display_name(name)} [{unit}]"
    low = content.best_is_low(results)
    ground = content.ground(results)
    figure = map_figure(score, results.domain, results.grid, marked, label, low, ground)
    return Picture.of(figure, map_text(label, marked, ground))


def _known(results: Results) -> Any:
    skill = read(content.skill_record(results))
    return known_fields(results, skill.labels if skill else {})


def _layers(results: Results) -> dict[str, Any]:
    """How each layer is spread over the land and at known fields."""
    drawable, undrawable = content.drawable(results)
    excluding = {n for n, m in results.marks.items() if m.get("section") == "exclusions"}
    layers = {name: layer for name, layer in drawable.items() if name not in excluding}
    cells = cells_of(_known(results), results.grid)
    samples = take(layers, results.domain, results.grid, cells)
    shown, refused = spreads(layers, samples)
    return {
        "spreads": [_spread(each, samples, content.ground(results)) for each in shown],
        "refused": [*(f"{name}: {why}" for name, why in refused.items()), *undrawable],
        "sampled": len(samples.area),
        "step": samples.step,
        "known": len(cells[0]),
    }


def _spread(spread: Spread, samples: Samples, ground: str) -> tuple[Picture, str]:
    """A layer's figure, and what it shows in words."""
    note = "all cells" if samples.step == 1 else f"1 cell in {samples.step**2}"
    told = caption(spread, ground)
    return Picture.of(spread_figure(spread, note), f"{spread.label}: {told}"), told


def _provenance(results: Results) -> dict[str, Any]:
    sources = provenance.sources(results)
    numbers = {each.title: each.number for each in sources}
    return {
        "sources": sources,
        "values": provenance.value_rows(results, numbers),
        "records": provenance.other_records(
            results,
            [
                content.skill_record(results),
                surrogate_record(results),
                *explanation.records(results),
                *(record for _, record in compare.comparison_records(results)),
                *(record for _, record in geothermal.records(results)),
                *probability.probability_records(results).values(),
            ],
        ),
    }
