import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siting.errors import InputError, PipelineError
from siting.layers import selection
from siting.sources.catalogue import catalogue


def test_volcanoes_are_chosen_by_their_rock() -> None:
    volcanoes = gpd.read_parquet(catalogue()["volcanoes_holocene"].path)
    acid = selection.among(volcanoes, column="rock", values=["Rhyolite", "Dacite"])
    assert set(acid.rock) == {"Rhyolite", "Dacite"}
    assert 0 < len(acid) < len(volcanoes) / 5
    assert acid.crs == volcanoes.crs


def test_rows_without_a_value_are_not_chosen() -> None:
    rows = {"kind": pd.array(["caldera", None, "field"], dtype="string")}
    calderas = gpd.GeoDataFrame(rows, geometry=shapely.points([[0, 0]] * 3), crs=4326)
    assert len(selection.among(calderas, column="kind", values=["caldera", "field"])) == 2


def test_value_that_no_feature_has_is_refused() -> None:
    places = gpd.GeoDataFrame({"rock": ["Rhyolite"]}, geometry=[shapely.Point(0, 0)], crs=4326)
    with pytest.raises(InputError, match=r"VALUE_UNKNOWN.*'rock'\n.*\n.*'Ryolite'\n.*Rhyolite"):
        selection.among(places, column="rock", values=["Rhyolite", "Ryolite"])
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        selection.among(places, column="stone", values=["Rhyolite"])


def test_union_has_the_worst_marks_and_every_place_in_one_crs() -> None:
    volcanoes = gpd.GeoDataFrame({"rock": ["Basalt"]}, geometry=[shapely.Point(-117, 0)], crs=4326)
    calderas = gpd.GeoDataFrame(geometry=[shapely.Point(500_000, 0)], crs=32611)
    volcanoes.attrs.update(status="measured", source="one")
    calderas.attrs.update(status="assumed", source="other", label_leak=True)
    both = selection.union([volcanoes, calderas])
    assert both.geometry.to_wkt().tolist() == ["POINT (-117 0)", "POINT (-117 0)"]
    assert both.attrs["status"] == "assumed"
    assert both.attrs["source"] == "one; other"
    assert both.attrs["label_leak"] is True


def test_union_of_nothing_is_refused() -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        selection.union([])
