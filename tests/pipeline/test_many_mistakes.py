"""Grids in odd units, and files of more mistakes than anyone reads."""

from pathlib import Path

import pytest

from siting.check import check
from siting.errors import PipelineInvalidError
from siting.io import yaml

HEAD = """\
siting: 1
name: Many
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}
"""


def mistakes(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PipelineInvalidError, match=".") as caught:
        check(yaml.load(text, "many.yaml"), Path())
    return [(each.code, each.where) for each in caught.value.errors]


YARDS = "+proj=utm +zone=11 +ellps=WGS84 +units=yd +type=crs"


def test_axes_in_yards_are_refused_where_a_unit_is_written() -> None:
    grid = f"grid: {{crs: '{YARDS}', resolution: 1 km, bounds: [300000, 4000000, 400000, 4100000]}}"
    text = f"siting: 1\nname: Yards\n{grid}\n"
    with pytest.raises(PipelineInvalidError, match="GRID_CRS") as caught:
        check(yaml.load(text, "many.yaml"), Path())
    (error,) = caught.value.errors
    assert error.code == "GRID_CRS"
    assert error.message == "the axes of the CRS are in a unit that grids are not laid out in"
    assert error.found == "yard"
    assert error.wanted == "degree, metre, kilometre, foot, US survey foot"
    assert error.where.endswith("(grid.crs)")


def steps(section: str, count: int, body: str) -> str:
    return HEAD + f"{section}:\n" + "".join(f"  s{k}: {body}\n" for k in range(count))


@pytest.mark.parametrize(
    ("section", "body"),
    [("sources", "{source: no_such}"), ("layers", "{no.such: {}}"), ("scoring", "{no.such: {}}")],
)
def test_a_check_ends_with_the_hundredth_mistake(section, body) -> None:
    found = mistakes(steps(section, 150, body))
    assert len(found) == PipelineInvalidError.most == 100
    assert found[-1][1].startswith("many.yaml:104:")  # the hundredth step: three lines of head, one


def test_mistakes_of_later_sections_are_told_where_there_are_few() -> None:
    text = steps("sources", 99, "{source: no_such}") + "layers: {a: {no.such: {}}}\n"
    assert len(mistakes(text)) == 100
    more = steps("sources", 100, "{source: no_such}") + "layers: {a: {no.such: {}}}\n"
    assert {where.partition(" ")[2] for _, where in mistakes(more)} == {
        f"(sources.s{k}.source)" for k in range(100)
    }
