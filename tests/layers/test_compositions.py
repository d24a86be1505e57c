import geopandas as gpd
import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError, PipelineError, UnitsError
from siting.kernels import compositional
from siting.layers import compositions


def part(values: list, name: str = "Cu", units: str = "mg kg-1") -> xr.DataArray:
    array = np.atleast_2d(np.array(values, dtype=np.float32))
    return xr.DataArray(array, dims=("y", "x"), name=name, attrs={"units": units})


def soils(units: str = "mg kg-1", **columns: list) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    places = gpd.points_from_xy(np.arange(count), np.zeros(count), crs=4326)
    found = gpd.GeoDataFrame(columns, geometry=places)
    found.attrs["columns"] = dict.fromkeys(columns, units)
    return found


def test_layers_of_all_parts_are_the_kernels_coordinates():
    rows = np.array([[40.0, 10.0, 5.0], [3.0, 80.0, 7.0]])
    layers = [part(rows[:, k], name) for k, name in enumerate(("Cu", "Zn", "Pb"))]
    found = [compositions.clr(each, others=[o for o in layers if o is not each]) for each in layers]
    expected = compositional.clr(rows)
    np.testing.assert_allclose(np.stack([f.values[0] for f in found], -1), expected, rtol=1e-5)
    balances = [compositions.balance(layers[:1], layers[1:2]),
                compositions.balance(layers[:2], layers[2:])]  # fmt: skip
    expected = compositional.ilr(rows, compositional.helmert_basis(3))
    np.testing.assert_allclose(np.stack([b.values[0] for b in balances], -1), expected, rtol=1e-5)


def test_parts_in_several_units_are_brought_to_one():
    copper, zinc = part([0.004], "Cu", "percent"), part([10.0], "Zn", "ppm")
    assert compositions.clr(copper, [zinc]).item() == pytest.approx(np.log(2), rel=1e-5)


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_a_part_that_is_not_positive_is_refused_when_computed(bad):
    layers = part([bad, 5.0]).chunk(), part([2.0, 3.0], "Zn").chunk()
    described = compositions.clr(layers[0], [layers[1]])
    with pytest.raises(InputError, match=r"VALUE_INVALID(.|\n)*zeros_replaced"):
        described.compute()


def test_replaced_zeros_keep_the_ratios_of_what_was_measured():
    cu, zn, pb = (part(v, n) for v, n in (([0.0], "Cu"), ([4e5], "Zn"), ([1e5], "Pb")))
    limits = {"detection_limit": "2e5 mg/kg", "fraction": 0.5}
    replaced = compositions.zeros_replaced(cu, **limits)
    assert replaced.item() == pytest.approx(0.1)
    # Half of 20 % is 10 % of the whole: the others shrink by as much.
    rest = [
        compositions.zeros_replaced(
            each, detection_limit="1 mg/kg", others=[cu], other_limits=[0.2], fraction=0.5
        ).item()
        for each in (zn, pb)
    ]
    assert rest == pytest.approx([0.36, 0.09])


def test_each_of_the_others_needs_its_limit():
    with pytest.raises(PipelineError, match=r"VALUE_INVALID(.|\n)*0 limits"):
        compositions.zeros_replaced(part([1.0]), "1 mg/kg", others=[part([1.0])])


def test_samples_below_detection_take_their_own_limit_or_the_columns():
    samples = soils(Cu=["<4", "bdl", 0, 40.0], Zn=[10.0, 10.0, 10.0, 10.0])
    found = compositions.clr_columns(
        samples, columns=["Cu", "Zn"], detection_limits={"Cu": "2 mg/kg"}, fraction=0.5
    )
    ratio = np.exp(found["clr_Cu"] - found["clr_Zn"])
    # Half of 4, of 2 and of 2 mg/kg over 10 (the loss of the others is a millionth).
    np.testing.assert_allclose(ratio, [0.2, 0.1, 0.1, 4.0], rtol=1e-5)
    with pytest.raises(InputError, match=r"VALUE_INVALID(.|\n)*2 rows, first row 2"):
        compositions.clr_columns(samples, columns=["Cu", "Zn"])


def test_a_sample_without_a_part_has_no_coordinates():
    samples = soils(Cu=[None, 40.0], Zn=[10.0, 10.0])
    found = compositions.ilr_columns(samples, columns=["Cu", "Zn"])
    assert np.isnan(found["ilr_1"][0])
    assert found["ilr_1"][1] == pytest.approx(np.log(4) / np.sqrt(2))
    assert found.attrs["columns"]["ilr_1"]["description"] == "balance of Cu against Zn"


def test_coordinates_and_their_inverse():
    partition = [[1, 1, -1], [1, -1, 0]]
    samples = soils(Cu=[20.0, 1.0], Zn=[30.0, 1.0], Pb=[50.0, 2.0])
    made = compositions.ilr_columns(samples, ["Cu", "Zn", "Pb"], partition=partition)
    back = compositions.parts_from_ilr(made, ["ilr_1", "ilr_2"], ["Cu", "Zn", "Pb"], partition)
    np.testing.assert_allclose(
        back[["part_Cu", "part_Zn", "part_Pb"]], [[0.2, 0.3, 0.5], [0.25, 0.25, 0.5]]
    )


def test_wrong_partitions_names_and_units_are_refused():
    samples = soils(Cu=[20.0], Zn=[30.0])
    with pytest.raises(PipelineError, match=r"VALUE_INVALID(.|\n)*sequential binary"):
        compositions.ilr_columns(samples, ["Cu", "Zn"], partition=[[1, 1]])
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        compositions.parts_from_ilr(samples, ["Cu", "Zn"], ["Cu", "Zn"])
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        compositions.clr_columns(samples, ["Cu", "Au"])
    with pytest.raises(InputError, match="COLUMN_TAKEN"):
        compositions.clr_columns(samples.assign(clr_Cu=1.0), ["Cu", "Zn"])
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE"):
        compositions.clr_columns(soils("mg L-1", Cu=[20.0], Zn=[30.0]), ["Cu", "Zn"])
    with pytest.raises(InputError, match="NODATA_UNDECLARED"):
        compositions.clr_columns(soils(Cu=[-9999.0], Zn=[30.0]), ["Cu", "Zn"])
