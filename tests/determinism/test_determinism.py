"""The same input gives the same bytes, whatever surrounds the run.

``python -m tests.determinism`` runs the full set, one difference at a time.
"""

import os

import pytest

from .variations import QUICK, Bench, Variation, comma_locale, differing


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("determinism"))


@pytest.mark.parametrize("variation", QUICK, ids=lambda each: each.name)
def test_other_surroundings_give_the_same_bytes(bench: Bench, variation: Variation) -> None:
    if variation.settings.get("LC_ALL", "C") != "C" and comma_locale() is None:
        pytest.skip("there is no locale with a decimal comma, and none can be made")
    assert bench.differing(variation) == []


def test_all_outputs_were_compared(bench: Bench) -> None:
    assert set(bench.first) == {
        "manifest.json", "map.html", "report.html", "candidates.csv", "candidates.gpkg",
        "candidates.parquet", "candidates.geojson", "candidates.kmz", "score.tif", "forest.tif",
        "logistic.tif", "heat.tif",
    }  # fmt: skip


def test_a_difference_is_seen() -> None:
    assert differing({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == ["b", "c"]


def test_published_files_follow_the_umask(bench: Bench) -> None:
    # 077 was among the variations: nobody else may read what a private user publishes.
    private = bench.folder / "out2" / "latest"
    modes = {path.name: oct(path.stat().st_mode & 0o077) for path in private.iterdir()}
    assert set(modes.values()) == {oct(0)}, modes
    assert os.access(private, os.R_OK)
