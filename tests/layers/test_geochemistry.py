import geopandas as gpd
import numpy as np
import pytest

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.grid import make_grid
from siting.layers import geochemistry

GRID = make_grid("EPSG:4326", 1.0, (0, -0.5, 3, 0.5))
# In full equilibrium at 250 degC by both of Giggenbach's formulas, quartz at 250 degC; charges
# balanced: Na 1000, K 1000·10^(1.75 - 1390/523.15), Mg K²/10^(14 - 4410/523.15).
K = 1000 * 10 ** (1.75 - 1390 / 523.15)
MG = K**2 / 10 ** (14.0 - 4410 / 523.15)
CL = 35.453 * (1000 / 22.990 + K / 39.098 + 2 * 20 / 40.078 + 2 * MG / 24.305)
MATURE = {"SiO2": 480.0, "Na": 1000.0, "K": K, "Ca": 20.0, "Mg": MG, "Cl": CL}


def waters(unit: str = "mg kg-1", **columns: list) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    places = gpd.points_from_xy(np.arange(count) + 0.5, np.zeros(count), crs=4326)
    found = gpd.GeoDataFrame(columns, geometry=places)
    found.attrs["columns"] = dict.fromkeys(columns, unit)
    return found


def one(**changes: object) -> gpd.GeoDataFrame:
    return waters(**{name: [value] for name, value in {**MATURE, **changes}.items()})


def estimated(samples: gpd.GeoDataFrame, **arguments: object) -> dict:
    return geochemistry.geothermometers(samples, **arguments).iloc[0].to_dict()


def test_mature_water_is_told_by_sodium_and_potassium():
    found = estimated(one())
    assert (found["equilibrium"], found["estimate_by"]) == ("full", "na_k_giggenbach")
    assert found["estimate"] == pytest.approx(250)
    assert found["k_mg"] == pytest.approx(250)
    assert found["charge_imbalance"] == pytest.approx(0, abs=1e-9)
    assert found["estimate_low"] <= found["estimate"] <= found["estimate_high"]


def test_immature_water_is_told_by_silica_alone():
    found = estimated(one(Mg=50.0, Cl=CL + 35.453 * 2 * 50 / 24.305, SiO2=250.0))
    assert found["equilibrium"] == "immature"
    assert found["estimate_by"] == "quartz"
    assert found["estimate"] == found["estimate_low"] == found["estimate_high"]
    assert "immature water" in found["flags"]


def test_silica_below_180_degrees_is_chalcedony_with_quartz_as_the_upper_end():
    found = estimated(waters(SiO2=[150.0]))
    assert found["estimate_by"] == "chalcedony"
    assert found["estimate_low"] == found["chalcedony"] == found["estimate"]
    assert found["estimate_high"] == found["quartz"]
    assert "balance of charges not known" in found["flags"]


def test_water_out_of_balance_has_no_estimate():
    found = estimated(one(Cl=CL * 2))
    assert found["charge_imbalance"] < -10
    assert np.isnan(found["estimate"])
    assert found["estimate_by"] == ""
    assert "charges out of balance" in found["flags"]
    assert found["quartz"] > 200  # the formulas are shown all the same


def test_an_estimate_cooler_than_the_outlet_is_not_used():
    springs = waters(SiO2=[80.0], outlet=[98.0])
    springs.attrs["columns"] = {"SiO2": "mg kg-1", "outlet": "degC"}
    found = estimated(springs, measured_temperature="outlet")
    # Chalcedony gives 97.2, quartz 125.4 degC.
    assert found["estimate_by"] == "quartz"
    assert "chalcedony below the measured temperature" in found["flags"]


@pytest.mark.parametrize("magnesium", ["<0.01", 0.0, "bdl", "0"])
def test_magnesium_below_detection_leaves_its_temperatures_open(magnesium):
    found = estimated(one(Mg=magnesium))
    assert np.isnan(found["k_mg"])
    assert np.isnan(found["na_k_ca_mg"])
    assert "Mg below detection" in found["flags"]
    assert found["estimate_by"] == "quartz"  # equilibrium is not known


def test_negative_detection_limits_are_refused_unless_declared():
    with pytest.raises(InputError, match=r"VALUE_INVALID(.|\n)*'-0.5' in row 1"):
        geochemistry.geothermometers(one(Mg=-0.5))
    found = estimated(one(Mg=-0.5), negative="detection_limit")
    assert "Mg below detection" in found["flags"]
    with pytest.raises(InputError, match=r"NODATA_UNDECLARED(.|\n)*-9999"):
        geochemistry.geothermometers(one(Mg=-9999.0), negative="detection_limit")


@pytest.mark.parametrize("cell", ["trace?", "1,5", "inf", "<0", float("inf")])
def test_a_cell_that_is_no_concentration_is_refused(cell):
    with pytest.raises(InputError, match="VALUE_INVALID"):
        geochemistry.geothermometers(one(K=cell))


def test_amounts_per_litre_need_the_density():
    silica = waters("mmol L-1", SiO2=[3.32868])  # 200.0 mg/L of 60.084 g/mol
    with pytest.raises(UnitsError, match=r"UNITS_INCOMPATIBLE(.|\n)*density"):
        geochemistry.geothermometers(silica)
    found = estimated(silica, density=1000.0)
    assert found["quartz"] == pytest.approx(179.95, abs=0.01)
    hot = estimated(waters("mg L-1", SiO2=[190.0]), density="950 kg m-3")
    assert hot["quartz"] == pytest.approx(179.95, abs=0.01)


@pytest.mark.parametrize(
    ("unit", "amount"), [("mg kg-1", 200.0), ("ppm", 200.0), ("mmol kg-1", 3.32868), ("g/kg", 0.2)]
)
def test_mass_and_molal_units_are_converted(unit, amount):
    found = estimated(waters(unit, SiO2=[amount]))
    assert found["quartz"] == pytest.approx(179.95, abs=0.01)


def test_units_must_be_told_and_be_of_a_concentration():
    bare = waters(SiO2=[200.0])
    bare.attrs.clear()
    with pytest.raises(UnitsError, match="UNITS_MISSING"):
        geochemistry.geothermometers(bare)
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE"):
        geochemistry.geothermometers(waters("degC", SiO2=[200.0]))


def test_columns_can_have_other_names_and_must_be_there():
    found = estimated(waters(silica=[200.0]), columns={"SiO2": "silica"})
    assert found["quartz"] == pytest.approx(179.95, abs=0.01)
    with pytest.raises(InputError, match=r"COLUMN_MISSING(.|\n)*SiO2, or Na and K"):
        geochemistry.geothermometers(waters(Na=[1.0]))
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        geochemistry.geothermometers(waters(Na=[1.0]), columns={"SiO2": "silica"})
    with pytest.raises(InputError, match="VALUE_UNKNOWN"):
        geochemistry.geothermometers(waters(Na=[1.0]), columns={"Unobtainium": "Na"})
    with pytest.raises(InputError, match=r"COLUMN_TAKEN(.|\n)*quartz"):
        geochemistry.geothermometers(waters(SiO2=[200.0], quartz=[1.0]))


def test_all_that_comes_out_leaks_labels_and_has_units():
    found = geochemistry.geothermometers(one())
    assert found.attrs["label_leak"] is True
    assert found.attrs["status"] in ("derived", "assumed")
    assert found.attrs["columns"]["estimate"]["units"] == "degC"
    assert {"quartz", "estimate", "flags"} <= set(found.attrs["columns"])
    layer = geochemistry.nearest_temperature(found, GRID, radius="10 km")
    assert layer.attrs["label_leak"] is True
    assert layer.values[0, 0] == pytest.approx(250)
    assert np.isnan(layer.values[0, 1:]).all()


def test_cells_take_the_nearest_sample_with_a_value_within_the_radius():
    samples = waters(SiO2=[250.0, 300.0])
    found = geochemistry.geothermometers(samples)
    found.loc[1, "estimate"] = np.nan
    layer = geochemistry.nearest_temperature(found, GRID, radius="150 km")
    np.testing.assert_allclose(layer.values[0, :2], 195.68, atol=0.01)
    assert np.isnan(layer.values[0, 2])
    with pytest.raises(InputError, match=r"FEATURES_NONE(.|\n)*estimate"):
        geochemistry.nearest_temperature(found.assign(estimate=np.nan), GRID)


def test_samples_that_are_no_points_are_refused():
    found = geochemistry.geothermometers(waters(SiO2=[250.0]))
    found.geometry = found.geometry.map(lambda place: place.buffer(0.1))
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        geochemistry.nearest_temperature(found, GRID)


@pytest.mark.parametrize(
    ("factor", "unit"),
    [(1 / 60.084, "mmol or mol"), (1 / 60_084, "mmol or mol"), (1000.0, "ug")],
)
def test_silica_in_another_unit_is_told(factor: float, unit: str) -> None:
    # Waters of 100 to 250 mg/kg: amounts and masses differ by silica's 60.084 g/mol.
    samples = waters(SiO2=[factor * each for each in (100.0, 180.0, 250.0)])
    with collect() as findings:
        geochemistry.geothermometers(samples)
    assert [(each.code, unit in each.fix) for each in findings] == [("RANGE_IMPLAUSIBLE", True)]


def test_silica_of_usual_waters_and_of_none_is_not_told() -> None:
    with collect() as findings:
        geochemistry.geothermometers(waters(SiO2=[20.0, 180.0, 650.0]))
        geochemistry.geothermometers(one(SiO2=np.nan))
    assert findings == []
