import base64
import hashlib
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from siting.grid import as_layer, make_grid
from siting.kinds import Results
from siting.outputs.report import skill_figures
from siting.outputs.report.distributions import Spread
from siting.outputs.report.drawing import data_uri, drawing, short
from siting.outputs.report.layer_figures import spread_figure
from siting.outputs.report.skill import Skill, read
from siting.outputs.report.world import Classes, Places, map_figure

HOSTILE = "$\\frac{1}{0}$ </svg> \x00\x0b \ud800 \u202e 名前 -- " + "long" * 30
NONE = (np.empty(0, np.int64), np.empty(0, np.int64))


@pytest.fixture
def skill(record: dict[str, Any]) -> Skill:
    found = read(record)
    assert found is not None
    return found


def spread(**changes: Any) -> Spread:
    given: dict[str, Any] = {
        "name": "a", "label": "Heat flow", "meaning": "Heat", "unit": "mW m⁻²",
        "land": np.array([0.5, 0.3, 0.2]), "fields": np.array([0.0, 0.25, 0.75]),
        "edges": np.array([0.0, 1.0, 2.0, 3.0]), "classes": (), "known": 4, "medians": (1.0, 2.5),
    }  # fmt: skip
    return Spread(**(given | changes))


def draw(name: str, skill: Skill) -> Figure:
    if name == "capture":
        return skill_figures.capture_figure(skill_figures.curves(skill), skill.shares)
    if name == "auc":
        return skill_figures.auc_figure(skill)
    if name == "importance":
        return skill_figures.importance_figure(skill)
    if name == "leakage":
        return skill_figures.leakage_figure(skill_figures.leakage_rows(skill))
    return spread_figure(spread(), "1 cell in 4")


def svg(figure: Figure) -> bytes:
    uri = data_uri(figure)
    assert uri.startswith("data:image/svg+xml;base64,")
    return base64.b64decode(uri.partition(",")[2])


FIGURES = ["capture", "auc", "importance", "leakage", "spread"]


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_has_the_same_bytes(name: str, skill: Skill) -> None:
    with drawing():
        first = hashlib.sha256(svg(draw(name, skill))).hexdigest()
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "none"}), drawing():
        second = hashlib.sha256(svg(draw(name, skill))).hexdigest()
    assert first == second


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_xml_without_a_date(name: str, skill: Skill) -> None:
    with drawing():
        image = svg(draw(name, skill))
    assert ElementTree.fromstring(image).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"<dc:date>" not in image


def test_settings_of_the_reader_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    with drawing():
        assert mpl.rcParams["svg.hashsalt"] == "siting"
    assert dict(mpl.rcParams) == before


def test_any_name_can_be_drawn(record: dict[str, Any]) -> None:
    for row in record["methods"]:
        row["name"] = row["folds"] = row["stratum"] = HOSTILE
    record["curves"] = {HOSTILE: record["curves"]["score.score"]}
    record["importance"][0]["layer"] = HOSTILE
    skill = read(record)
    assert skill is not None
    with drawing():
        for name in FIGURES:
            ElementTree.fromstring(svg(draw(name, skill)))
        ElementTree.fromstring(svg(spread_figure(spread(label=HOSTILE, unit=HOSTILE), HOSTILE)))


def test_short_keeps_what_fits() -> None:
    assert short("Distance to the nearest volcano", 40) == "Distance to the nearest volcano"
    assert len(short("x" * 100, 30)) == 30


def test_capture_curves_are_the_points_of_the_record(skill: Skill) -> None:
    with drawing():
        figure = draw("capture", skill)
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    points = np.array(skill.curves["score.score"]) * 100
    np.testing.assert_allclose(lines["Score"].get_xydata(), points)
    assert figure.axes[0].get_xlabel() == "Share of land searched, best first [%], logarithmic"
    assert figure.axes[0].get_ylabel() == "Known fields in it [%]"


def test_capture_curves_differ_without_colour(skill: Skill) -> None:
    with drawing():
        lines = draw("capture", skill).axes[0].get_legend().get_lines()
    assert len({line.get_linestyle() for line in lines}) == len(lines) == 4


def test_capture_marks_stand_at_the_value_with_their_interval(skill: Skill) -> None:
    with drawing():
        figure = draw("capture", skill)
    index = next(each for each in skill.methods if each.role == "index")
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    heights = sorted(float(line.get_ydata()[0]) for line in marks)
    assert heights == pytest.approx(sorted(100 * e.value for e in index.capture.values()))


def test_auc_stands_at_the_value_of_the_record(skill: Skill) -> None:
    with drawing():
        figure = draw("auc", skill)
    land = figure.axes[0]
    rows = [label.get_text() for label in land.get_yticklabels()]
    assert rows[0] == "Score"
    assert rows[-2:] == ["Volcano distance (to beat)", "Heat"]  # single layers, the best first
    diamond = next(line for line in land.lines if line.get_marker() == "D")
    assert diamond.get_xydata().tolist() == [[0.9146, 0.0]]
    leak = next(line for line in land.lines if line.get_marker() == "x")
    assert rows[int(leak.get_ydata()[0])] == "Learned, random (leakage)"


def test_few_fields_get_a_bar_without_a_mark(skill: Skill) -> None:
    with drawing():
        far = draw("auc", skill).axes[1]
    marks = [line for line in far.lines if line.get_marker() not in ("None", None, "")]
    bars = [line for line in far.lines if len(line.get_xydata()) == 2 and line.get_xydata()[0, 1]]
    assert not marks
    assert bars


def test_importance_has_bars_with_their_deviation(skill: Skill) -> None:
    with drawing():
        ax = draw("importance", skill).axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.1312, -0.0021]
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends[0] == pytest.approx([0.1312 - 0.021, 0.1312 + 0.021])


def test_importance_of_many_layers_fits_on_a_page(record: dict[str, Any]) -> None:
    record["importance"] = [{"layer": f"l{i}", "value": 1 / (i + 1), "sd": 0.0} for i in range(90)]
    skill = read(record)
    assert skill is not None
    with drawing():
        figure = draw("importance", skill)
    assert len(figure.axes[0].patches) == skill_figures.MOST_BARS
    assert figure.get_size_inches()[1] < 9


def test_the_self_test_shows_chance_and_both_kinds_of_folds(skill: Skill) -> None:
    with drawing():
        ax = draw("leakage", skill).axes[0]
    marks = [line.get_xydata().tolist()[0] for line in ax.lines if line.get_marker() == "o"]
    assert marks == [[0.86, 0.0], [0.51, 1.0]]
    assert any(set(line.get_xdata()) == {0.5} for line in ax.lines)


def test_histograms_have_units_and_say_how_the_land_was_read() -> None:
    with drawing():
        ax = spread_figure(spread(), "1 cell in 4").axes[0]
    assert ax.get_xlabel() == "Value [mW m⁻²]"
    assert ax.get_ylabel() == "Share [%]"
    assert "1 cell in 4" in [text.get_text() for text in ax.texts]
    land, fields = (patch.get_data().values.tolist() for patch in ax.patches)
    assert (land, fields) == ([50.0, 30.0, 20.0], [0.0, 25.0, 75.0])


def test_bounds_of_the_map_hold_their_share_of_land() -> None:
    grid = make_grid("EPSG:6933", 1000, (0, 0, 100_000, 10_000))
    score = as_layer(np.arange(1000.0).reshape(10, 100), grid)
    found = Classes.of(score, None, grid, lowest_is_best=False)
    assert found.shares == pytest.approx((0.5, 0.25, 0.1, 0.05, 0.01))
    assert found.bounds == (500, 750, 900, 950, 990)  # ten cells of a thousand are 990 to 999
    assert found.codes(np.array([0.0, 500.0, 999.0, np.nan])).tolist()[:3] == [0, 1, 5]
    assert found.names[-1] == "best 1 % (≥ 990)"


def test_bounds_of_a_cost_are_the_lowest_values() -> None:
    grid = make_grid("EPSG:6933", 1000, (0, 0, 100_000, 10_000))
    score = as_layer(np.arange(1000.0).reshape(10, 100), grid)
    found = Classes.of(score, None, grid, lowest_is_best=True)
    assert found.shares == pytest.approx((0.5, 0.25, 0.1, 0.05, 0.01))
    assert found.names[-1] == "best 1 % (≤ 9)"
    assert found.codes(np.array([0.0, 999.0])).tolist() == [5, 0]


def test_bounds_are_by_true_area_and_inside_the_domain() -> None:
    grid = make_grid("EPSG:4326", 30.0, (0, 0, 60, 90))
    score = as_layer(np.array([[9.0, 1.0], [8.0, 1.0], [7.0, 1.0]]), grid)
    domain = as_layer(np.array([[True, False]] * 3), grid)
    found = Classes.of(score, domain, grid, lowest_is_best=False)
    # By area the north holds .134 of a hemisphere, the next zone .366: half lies above 30 N.
    assert dict(zip(found.bounds, found.shares, strict=True)) == {
        8.0: pytest.approx(0.5, abs=0.002), 9.0: pytest.approx(0.134, abs=0.001),
    }  # fmt: skip


def test_ties_say_how_much_land_they_hold() -> None:
    grid = make_grid("EPSG:6933", 1000, (0, 0, 10_000, 10_000))
    values = np.zeros((10, 10))
    values[0, :] = values[1, :] = 1.0
    found = Classes.of(as_layer(values, grid), None, grid, lowest_is_best=False)
    assert found.names == ["the rest of the land", "best 20 % (≥ 1)"]
    assert found.codes(np.array([0.0, 1.0])).tolist() == [0, 1]


def test_the_map_marks_sites_and_fields_at_their_cells(results: Results) -> None:
    places = Places.of(results.candidates, results.features["known"], results.grid)
    score = results.layers["score.score"]
    with drawing():
        ax = map_figure(score, results.domain, results.grid, places, "Score [1]").axes[0]
    rings = next(line for line in ax.lines if "best 20" in str(line.get_label()))
    row, column = places.candidates
    np.testing.assert_array_equal(rings.get_xdata(), column[:20] + 0.5)
    np.testing.assert_array_equal(rings.get_ydata(), row[:20] + 0.5)
    known = next(line for line in ax.lines if line.get_label() == "known field")
    assert len(known.get_xdata()) == 6
    # 1 + 5 classes over the land that has a score; the rest of the picture is left blank.
    classes = ax.images[-1].get_array()
    scored = np.isfinite(score.values) & results.domain.values
    assert np.isfinite(np.ma.filled(classes, np.nan)).sum() == scored.sum()


@pytest.mark.parametrize(
    ("crs", "size", "bounds"),
    [
        ("EPSG:32611", 1000, (300_000, 4_000_000, 420_000, 4_100_000)),
        ("EPSG:4326", 0.5, (170, -50, 190, -30)),
        ("EPSG:3035", 20_000, (2_500_000, 1_400_000, 7_400_000, 5_500_000)),
        ("EPSG:3995", 100_000, (-3_000_000, -3_000_000, 3_000_000, 3_000_000)),
    ],
)
def test_a_map_can_be_drawn_in_any_projection(crs: str, size: float, bounds: Any) -> None:
    grid = make_grid(crs, size, bounds)
    height, width = grid.shape.yx
    score = as_layer(np.arange(height * width, dtype=float).reshape(height, width), grid)
    with drawing():
        figure = map_figure(score, None, grid, Places(NONE, NONE), "Score [1]")
        ElementTree.fromstring(svg(figure))
    ax = figure.axes[0]
    box = ax.get_window_extent()
    assert box.width / box.height == pytest.approx(width / height, rel=0.01)
