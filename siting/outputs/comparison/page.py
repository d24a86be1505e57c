"""The page of a comparison: one file without code that asks the network for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from siting import __version__
from siting.findings import Finding
from siting.kernels.agreement import Agreement
from siting.outputs import templates
from siting.outputs.comparison.content import Compared, Comparison, joint
from siting.outputs.comparison.figures import joint_figure, pairs_figure, year_figure
from siting.outputs.map.labels import display_unit
from siting.outputs.report.drawing import drawing
from siting.outputs.report.page import Picture, policy


@dataclass(frozen=True)
class Section:
    """One quantity as the page shows it."""

    name: str
    title: str
    unit: str
    text: str
    pairs: Picture
    year: Picture
    tables: list[tuple[str, list[tuple[str, list[str]]]]]


def render(found: Comparison, findings: Sequence[Finding] = ()) -> str:
    """The comparison as HTML; the same comparison gives the same text."""
    style = templates.style(("siting.outputs.report", "report.css"))
    with drawing():
        sections = [_section(each) for each in found.compared]
        together = _together(found)
    return templates.environment("siting.outputs.comparison").get_template("page.html").render(
        found=found,
        sections=sections,
        together=together,
        findings=sorted(findings, key=lambda each: each.severity != "warning"),
        within=_duration(found.within),
        steps=[_duration(each.step) for each in (found.model, found.buoy)],
        summary=[(each.title, _unit(each), figures(each.whole)) for each in found.compared],
        version=__version__,
        style=style,
        policy=policy(style),
    )  # fmt: skip


def _section(each: Compared) -> Section:
    unit = _unit(each)
    text = sentence(each)
    tables = [("month", _rows(each.months))]
    if each.classes:
        tables.append(("height that the buoy measured", _rows(each.classes)))
    pairs = f"{each.title}: pairs of buoy and model, and their quantiles. {text}"
    year = f"{each.title}: means of buoy and model by month [{unit}]; the table has them."
    return Section(
        each.quantity,
        each.title,
        unit,
        text,
        Picture.of(pairs_figure(each), pairs),
        Picture.of(year_figure(each), year),
        tables,
    )


def _together(found: Comparison) -> Picture | None:
    """How often heights and periods occur together, where both have both."""
    tables = joint(found)
    if tables is None:
        return None
    period, model, buoy = tables
    text = (
        f"Share of {buoy.steps:,} pairs by classes of .5 m of height and 1 s of {period}:"
        " the buoy's and the model's."
    )
    return Picture.of(joint_figure(period, model, buoy), text)


def sentence(each: Compared) -> str:
    """What the figures say, in words."""
    row, unit = each.whole, _unit(each)
    side = "above" if row.bias > 0 else "below"
    told = (
        f"The model lies {abs(row.bias):.3g} {unit} {side} the buoy on average, and is"
        f" {row.rmse:.3g} {unit} from it in the root of the mean square"
    )
    if row.scatter_index == row.scatter_index:
        told += f"; scatter index {row.scatter_index:.3f}"
    if row.correlation == row.correlation:
        told += f", correlation {row.correlation:.3f}"
    return f"{told}; {row.pairs:,} pairs."


def _rows(parts: dict[str, Agreement]) -> list[tuple[str, list[str]]]:
    return [(name, figures(row)) for name, row in parts.items()]


def figures(row: Agreement) -> list[str]:
    """Figures of a row as text; a dash where there is none."""
    counts, *others = row
    return [f"{counts:,}", *(f"{each:.3f}" if each == each else "–" for each in others)]


def _unit(each: Compared) -> str:
    return display_unit(each.unit) or "1"


def _duration(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> _duration(1800), _duration(10800)
    ('30 min', '3 h')
    """
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"
