import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.geodesy import ecef
from siting.grid import longitude_latitude, make_grid
from siting.layers import strain

# Far north and across the dateline, where degrees are no lengths.
GRID = make_grid("EPSG:4326", 0.25, (179.0, 64.0, 181.0, 65.0))
COLUMNS = ("east_velocity", "north_velocity", "east_velocity_sd", "north_velocity_sd")
RATES = st.floats(-200, 200)


def network(seed: int = 0, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(174, 186, count), rng.uniform(62, 67, count)


def sites_of(longitude, latitude, east, north, sd=1.0) -> gpd.GeoDataFrame:
    """Sites with velocities [mm yr-1]."""
    spread = np.full(len(longitude), float(sd))
    sites = gpd.GeoDataFrame(
        dict(zip(COLUMNS, (east, north, spread, spread), strict=True)),
        geometry=shapely.points((np.asarray(longitude) + 180) % 360 - 180, latitude),
        crs=4326,
    )
    sites.attrs["columns"] = dict.fromkeys(COLUMNS, "mm yr-1")
    return sites


def plane(longitude, latitude) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres east and north of 180 E, 64.5 N, in a tangential plane."""
    lam, phi = np.radians(180.0), np.radians(64.5)
    offset = (ecef(longitude, latitude) - ecef(180.0, 64.5)) / 1000
    east = np.array([-np.sin(lam), np.cos(lam), 0])
    north = np.array([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)])
    return offset @ east, offset @ north


def rates(sites: gpd.GeoDataFrame, distance: str = "100 km") -> np.ndarray:
    return np.array([each.values for each in strain.from_velocities(sites, distance, GRID)])


def test_a_homogeneous_strain_is_found_with_its_sign() -> None:
    # 40, -25 and 15 nanostrain per year are .04, -.025 and .015 mm per km. Over 300 km the
    # directions of east and north turn by 6 degrees here: some per cent of the rates.
    longitude, latitude = network()
    x, y = plane(longitude, latitude)
    found = rates(sites_of(longitude, latitude, 0.04 * x + 0.015 * y, 0.015 * x - 0.025 * y))
    middle = found[:3, 1:3, 3:5].mean(axis=(1, 2))
    assert middle == pytest.approx([40.0, -25.0, 15.0], abs=2.0)


def test_a_turning_plate_has_no_strain() -> None:
    # 50 mm a year about a pole anywhere: no site moves against another.
    longitude, latitude = network()
    pole = np.array([0.3, -0.8, 0.52]) * 50 / 6371e3
    velocity = np.cross(pole, ecef(longitude, latitude))
    lam, phi = np.radians(longitude), np.radians(latitude)
    east = velocity[:, 1] * np.cos(lam) - velocity[:, 0] * np.sin(lam)
    inward = velocity[:, 0] * np.cos(lam) + velocity[:, 1] * np.sin(lam)
    north = velocity[:, 2] * np.cos(phi) - inward * np.sin(phi)
    assert np.abs(rates(sites_of(longitude, latitude, east, north))[:3]).max() < 1e-3


def test_standard_deviations_cover_errors_of_the_velocities() -> None:
    # By Monte Carlo: variances are raised with distance, so that they exceed the scatter.
    longitude, latitude = network()
    rng = np.random.default_rng(5)
    runs = [
        rates(sites_of(longitude, latitude, *rng.normal(0, 0.5, (2, 200)), sd=0.5))
        for _ in range(12)
    ]
    scatter = np.std([run[:3] for run in runs], axis=0)
    ratio = np.mean([run[3:] for run in runs], axis=0) / scatter
    assert 1.0 < np.median(ratio) < 2.5


def test_worse_velocities_give_greater_standard_deviations() -> None:
    longitude, latitude = network()
    still = np.zeros(200)
    good, bad = (rates(sites_of(longitude, latitude, still, still, sd=sd)) for sd in (0.2, 2.0))
    np.testing.assert_allclose(bad[3:], 10 * good[3:], rtol=1e-4)


def test_misfit_raises_standard_deviations() -> None:
    longitude, latitude = network()
    noise = np.random.default_rng(1).normal(0, 5.0, (2, 200))
    smooth = rates(sites_of(longitude, latitude, *(0 * noise), sd=0.5))
    rough = rates(sites_of(longitude, latitude, *noise, sd=0.5))
    assert np.median(rough[3:] / smooth[3:]) > 5


def test_cells_beside_the_network_have_no_strain() -> None:
    longitude, latitude = network()
    west = longitude < 179.5
    still = np.zeros(west.sum())
    found = rates(sites_of(longitude[west], latitude[west], still, still), "60 km")
    assert np.isnan(found[:, :, 4:]).all()
    assert np.isfinite(found[:, :, 0]).any()


def test_few_sites_near_a_cell_give_nothing() -> None:
    x, y = longitude_latitude(GRID, slice(0, 4), slice(0, 8))
    around = np.radians([0, 90, 180, 270])
    longitude = np.append(x[2, 4] + 0.5 * np.cos(around), [170.0, 171.0])
    latitude = np.append(y[2, 4] + 0.2 * np.sin(around), [60.0, 61.0])
    still = np.zeros(6)
    assert np.isnan(rates(sites_of(longitude, latitude, still, still))).all()


@pytest.mark.parametrize(("column", "value"), [(0, np.nan), (2, 0.0), (3, -1.0), (1, np.inf)])
def test_velocities_that_cannot_be_used_are_refused(column: int, value: float) -> None:
    longitude, latitude = network(count=20)
    sites = sites_of(longitude, latitude, np.zeros(20), np.zeros(20))
    sites.loc[3, COLUMNS[column]] = value
    with pytest.raises(InputError, match="VALUE_INVALID: a velocity or its standard deviation"):
        rates(sites)


def test_sites_that_are_too_few_or_no_points_are_refused() -> None:
    longitude, latitude = network(count=4)
    sites = sites_of(longitude, latitude, np.zeros(4), np.zeros(4))
    with pytest.raises(InputError, match="FEATURES_FEW"):
        rates(sites)
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        rates(sites.set_geometry(shapely.buffer(sites.geometry.values, 0.1)).set_crs(4326))


def test_velocities_without_a_unit_or_column_are_refused() -> None:
    longitude, latitude = network(count=9)
    sites = sites_of(longitude, latitude, np.zeros(9), np.zeros(9))
    bare = sites.copy()
    bare.attrs = {}
    with pytest.raises(UnitsError, match="UNITS_MISSING"):
        rates(bare)
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        rates(sites.drop(columns="north_velocity_sd"))


def cell(value: float) -> xr.DataArray:
    return xr.DataArray([[value]], dims=("y", "x"), attrs={"units": "nanostrain yr-1"})


@settings(max_examples=25, deadline=None)
@given(exx=RATES, eyy=RATES, exy=RATES, angle=st.floats(0, 180))
def test_invariants_do_not_depend_on_the_axes(
    exx: float, eyy: float, exy: float, angle: float
) -> None:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, s], [-s, c]])
    turned = turn @ np.array([[exx, exy], [exy, eyy]]) @ turn.T
    here = [cell(exx), cell(eyy), cell(exy)]
    there = [cell(turned[0, 0]), cell(turned[1, 1]), cell(turned[0, 1])]
    for function in (strain.second_invariant, strain.maximum_shear):
        assert function(*there).values.item() == pytest.approx(
            function(*here).values.item(), abs=1e-3
        )
    assert strain.dilatation(*there[:2]).values.item() == pytest.approx(
        strain.dilatation(*here[:2]).values.item(), abs=1e-3
    )


@settings(max_examples=25, deadline=None)
@given(exx=RATES, eyy=RATES, exy=RATES)
def test_shear_and_style_follow_from_the_principal_rates(
    exx: float, eyy: float, exy: float
) -> None:
    low, high = np.linalg.eigvalsh([[exx, exy], [exy, eyy]])
    given = [cell(exx), cell(eyy), cell(exy)]
    assert strain.maximum_shear(*given).values.item() == pytest.approx((high - low) / 2, abs=1e-3)
    if max(abs(low), abs(high)) > 1e-3:
        wanted = (low + high) / max(abs(low), abs(high))
        assert strain.style(*given).values.item() == pytest.approx(wanted, abs=1e-3)


def test_style_of_nothing_is_not_known() -> None:
    assert np.isnan(strain.style(cell(0.0), cell(0.0), cell(0.0)).values.item())


def test_second_invariant_by_hand() -> None:
    # sqrt(30² + 10² + 2 x 20²) = sqrt(1800) = 42.426; its sd with 3, 2 and 1:
    # sqrt((30 x 3)² + (10 x 2)² + (2 x 20 x 1)²)/42.426 = 100.499/42.426 = 2.3688.
    given = [cell(30.0), cell(-10.0), cell(20.0)]
    assert strain.second_invariant(*given).values.item() == pytest.approx(42.426, abs=1e-3)
    sds = [cell(3.0), cell(2.0), cell(1.0)]
    assert strain.second_invariant_sd(*given, *sds).values.item() == pytest.approx(2.3688, abs=1e-3)


@pytest.mark.parametrize(
    ("factor", "sd", "said"),
    [
        (1e-3, 1.0, ["move so slow"]),  # m/yr taken for mm/yr
        (1e3, 1.0, ["move so fast"]),
        (1.0, 1e-3, ["are so small"]),
        (1e-3, 1e-3, ["move so slow", "are so small"]),
        (1.0, 1.0, []),
        (0.0, 1.0, []),
    ],
)
def test_velocities_in_another_unit_are_told(factor: float, sd: float, said: list[str]) -> None:
    longitude, latitude = network()
    east = factor * np.linspace(5.0, 30.0, len(longitude))
    with collect() as findings:
        strain.from_velocities(sites_of(longitude, latitude, east, 0 * east, sd), "100 km", GRID)
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"] * len(said)
    for each, words in zip(findings, said, strict=True):
        assert words in each.message
