"""Layers of the ocean: rebuilt byte for byte, on the land's outline, and near published figures."""

import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from data.build.ocean.shipping import _within_the_world
from data.build.ocean.ships import Nodes

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CANNOT_TELL = 2
LAYERS = ["sea_surface_temperature", "sea_wind_speed", "sea_solar_irradiance"]
LATITUDE = np.arange(89.5, -90, -1)
FEBRUARY, MARCH, JULY, AUGUST, SEPTEMBER = 1, 2, 6, 7, 8


def read(name: str) -> np.ma.MaskedArray:
    """Values of all bands, (band, row, column)."""
    with rasterio.open(DATA / f"{name}.tif") as raster:
        return raster.read(masked=True) * raster.scales[0]


@pytest.fixture(scope="module")
def land():
    """Land with the Caspian Sea, its one hole, filled."""
    polygons = geopandas.read_parquet(DATA / "land_50m.parquet").exterior.values
    return shapely.union_all(shapely.polygons(polygons))


@pytest.fixture(scope="module")
def ports():
    return geopandas.read_parquet(DATA / "ports.parquet").set_index("code")


def test_small_layer_is_rebuilt_byte_for_byte(tmp_path_factory):
    cache = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "data.build", "--cache", str(cache), "--check"]
    result = subprocess.run(
        [*command, "shipping_lanes"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode == CANNOT_TELL:
        pytest.skip(result.stderr.strip().splitlines()[-1])
    assert result.returncode == 0, result.stdout + result.stderr
    assert "as catalogued" in result.stdout


@pytest.mark.parametrize("name", LAYERS)
def test_year_is_the_mean_of_the_months(name):
    months, year = read(f"{name}_monthly"), read(name)
    assert (months.mask == year.mask).all()
    assert np.abs(months.mean(axis=0) - year[0]).max() < 0.1


@pytest.mark.parametrize("name", [*LAYERS, "sea_ice_months"])
def test_cells_are_sea_by_the_outline_of_the_land(name, land):
    """Cells that lie wholly on land hold nothing, cells wholly at sea hold a value."""
    rows, columns = np.mgrid[0:180:7, 0:360:7]
    cells = shapely.box(columns - 180, 89 - rows, columns - 179, 90 - rows)
    known = ~read(name).mask[0, ::7, ::7]
    shapely.prepare(land)
    assert not known[shapely.contains(land, cells)].any()
    assert known[~shapely.intersects(land, cells)].all()


def test_caspian_sea_and_lakes_are_no_sea():
    mask = read("sea_surface_temperature").mask[0]
    assert mask[90 - 42, 180 + 50]  # the middle Caspian
    assert mask[90 - 48, 180 - 88]  # Lake Superior


@pytest.mark.parametrize("name", LAYERS)
def test_values_close_at_the_dateline(name):
    """Step over the dateline is no larger than steps beside it are."""
    values = read(f"{name}_monthly")[:, 30:150]
    steps = np.abs(np.diff(values, axis=-1, append=values[..., :1]))
    assert steps[..., -1].mean() < 1.5 * steps[..., [-3, -2, 0, 1]].mean()


@pytest.mark.parametrize("name", ["sea_surface_temperature", "sea_solar_irradiance"])
def test_summer_is_warm_and_bright_in_each_half_of_the_world(name):
    values = read(f"{name}_monthly")
    north, south = values[:, 30:60].mean(axis=(1, 2)), values[:, 120:150].mean(axis=(1, 2))
    assert np.argmax(north) in (5, JULY, AUGUST)
    assert np.argmax(south) in (11, 0, FEBRUARY)
    assert north[JULY] > 1.2 * north[FEBRUARY]


def test_bands_are_named_after_their_months():
    with rasterio.open(DATA / "sea_wind_speed_monthly.tif") as raster:
        assert raster.descriptions[0].startswith("January:")
        assert raster.descriptions[-1].startswith("December:")


def test_mean_temperature_of_the_sea_is_the_published_one():
    """Global mean 18.2 degC of OISST, 1991 to 2020 (Huang et al. 2021); the sea was cooler then."""
    mean = np.ma.average(
        read("sea_surface_temperature")[0],
        weights=np.broadcast_to(np.cos(np.radians(LATITUDE))[:, None], (180, 360)),
    )
    assert mean == pytest.approx(17.9, abs=0.6)


def test_sea_reaches_its_freezing_point_and_no_lower():
    assert read("sea_surface_temperature_monthly").min() == pytest.approx(-1.9, abs=0.01)


@pytest.mark.parametrize(
    ("rows", "month", "published"),
    [  # [million km2], Sea Ice Index of the NSIDC, means of 1981 to 2010 (Fetterer et al. 2017)
        (slice(0, 90), MARCH, 15.4),
        (slice(0, 90), SEPTEMBER, 6.4),
        (slice(90, 180), FEBRUARY, 3.1),
        (slice(90, 180), SEPTEMBER, 18.5),
    ],
)
def test_ice_has_nearly_the_published_area(rows, month, published):
    ice = read("sea_ice_monthly")[month] == 2
    area = 111.195**2 / 1e6 * np.cos(np.radians(LATITUDE))[:, None]
    assert (area * ice.filled(False))[rows].sum() == pytest.approx(published, abs=3.5)


def test_months_of_ice_are_the_monthly_ones():
    assert (read("sea_ice_months")[0] == (read("sea_ice_monthly") == 2).sum(axis=0)).all()


# Positions from the World Port Index (NGA, publication 150), to a minute of arc.
@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("NLRTM", 51.9, 4.48),
        ("SGSIN", 1.27, 103.83),
        ("USHNL", 21.31, -157.87),
        ("ZACPT", -33.9, 18.43),
        ("CLVAP", -33.03, -71.63),
        ("NZAKL", -36.85, 174.77),
    ],
)
def test_ports_are_where_they_are(ports, code, latitude, longitude):
    place = ports.geometry[code]
    assert (place.y, place.x) == pytest.approx((latitude, longitude), abs=0.1)


def test_ports_lie_at_the_coast(ports):
    """Half within 5 km, nine of ten within 30 km, which rivers' ports reach."""
    with rasterio.open(DATA / "coast_distance.tif") as raster:
        places = zip(ports.geometry.x, ports.geometry.y, strict=True)
        distance = np.abs([value[0] for value in raster.sample(places)])
    assert np.median(distance) <= 5
    assert np.percentile(distance, 90) <= 30
    assert distance.max() <= 108  # 100 km and half a cell's diagonal


def test_every_port_has_a_name_a_country_and_one_code(ports):
    assert ports.index.is_unique
    assert (ports["name"].str.len() > 0).all()
    assert (ports["country"].str.len() > 3).all()
    assert len(ports) > 3000


def test_lanes_pass_the_great_canals_and_straits():
    lanes = geopandas.read_parquet(DATA / "shipping_lanes.parquet")
    suez, panama = (lanes[lanes["passage"] == name].union_all() for name in ("suez", "panama"))
    assert suez.distance(shapely.Point(32.35, 30.5)) < 0.3
    assert panama.distance(shapely.Point(-79.75, 9.1)) < 0.3


def test_lane_over_the_dateline_is_cut():
    line = shapely.LineString([(170, 0), (190, 0)])
    parts = _within_the_world(line)
    assert parts.length == pytest.approx(20)
    assert parts.bounds == (-180, 0, 180, 0)


def test_field_between_nodes_is_linear_and_closes_at_the_dateline():
    nodes = Nodes(
        np.tile(np.array([[10.0, 0.0, 0.0, 20.0]]), (1, 3, 1)), 60.0, -135.0, (60.0, 90.0)
    )
    places = (np.array([[0.0, 0.0, 30.0]]), np.array([[-90.0, 180.0, 135.0]]))
    assert nodes.at(places)[0].tolist() == [[5.0, 15.0, 20.0]]
