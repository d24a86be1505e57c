"""Every layer and exclusion keeps the same promises; whoever adds one gets these tests for free.

The checks are themselves tried on planted bad layers, at the end.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, NoReturn

import dask
import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from odc.geo.geobox import GeoBox

from siting import focal
from siting.errors import UnitsError
from siting.grid import accept, as_layer, tiling
from siting.grid.months import by_month
from siting.kinds import GRIDDED_KINDS, Grid, Layer, Unit, UnitOf
from siting.pipeline.registry import functions
from siting.signature import leaf, leaves, stage
from siting.units import convert

from .layer_arguments import (
    GRIDS,
    LAYER_KINDS,
    LINES,
    POLYGONS,
    VALUES,
    arguments,
    changed,
    every_layer,
    key_of,
    layers_in,
    output_layers,
    outputs,
    public,
    specification,
)

# Notes that are right for random cells, and no concern of the promises.
pytestmark = pytest.mark.filterwarnings("ignore:PLACES_ASHORE")
UNKNOWN = (5, 11)  # row and column of the cell without data
# Another unit for each one in a signature.
OTHER_UNITS = {
    "m": "km",
    "km": "m",
    "s": "ms",
    "kW m-1": "W m-1",
    "W m-2": "kW m-2",
    "mW m-2": "W m-2",
    "degC": "K",
    "mg kg-1": "g kg-1",
    "mGal": "um s-2",
    "nT": "pT",
    "nanostrain yr-1": "yr-1",
    "percent": "1",
    "1": "percent",
}
# A cell without data that gets a value all the same, with the reason.
NAN_EXCEPTIONS = {
    "all_of": "0 in one layer settles the matter, whatever the unknown other one holds",
    "any_of": "1 in one layer settles the matter, whatever the unknown other one holds",
}

# Layers that need more cells than these grids have: each has tests of its own.
MANY_CELLS = {"curie.curie_depth"}

EVERY = [
    pytest.param(public(spec), id=spec.name)
    for section in ("layers", "exclusions")
    for spec in functions(section).values()
    # A hindcast is no value on the grid but a file: its layers have tests of their own.
    if not any(leaf(each.hint).kind == "hindcast" for each in spec.arguments)
    and spec.name not in MANY_CELLS
]


# ------------------------------------------------------------------ the promises
def check_same_answer_whatever_the_chunks(call: Callable[..., Any], grid: GeoBox) -> None:
    given = arguments(call, grid)
    whole = [each.values for each in output_layers(call, given)]
    in_pieces = every_layer(given, lambda layer: layer.chunk({"y": 7, "x": 11}))
    pieces = [each.values for each in output_layers(call, in_pieces)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "TILE", 8)
        patch.setattr(focal, "TILE", 8)
        small_tiles = [each.values for each in output_layers(call, arguments(call, grid))]
    for one, other, third in zip(whole, pieces, small_tiles, strict=True):
        np.testing.assert_array_equal(one, other)
        # Statistics of a window are taken about the mean of its tile: the last digits may differ.
        np.testing.assert_allclose(one, third, rtol=1e-5, atol=1e-5)


def check_lazy_in_lazy_out(call: Callable[..., Any], grid: GeoBox) -> None:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise AssertionError("cells were computed while the layer was being described")

    with dask.config.set(scheduler=refuse):
        found = list(output_layers(call, arguments(call, grid)))
    assert all(dask.is_dask_collection(each) for each in found)


def check_units_are_converted_and_set(call: Callable[..., Any], grid: GeoBox) -> None:
    given = arguments(call, grid)
    for hint, value in outputs(call, given):
        if hint.kind in GRIDDED_KINDS:
            wanted = hint.unit or given[hint.unit_of or ""].attrs["units"]
            assert value.attrs["units"] == wanted
    expected = [each.values for each in output_layers(call, given)]
    for place in layers_in(given):
        unit = next(leaves(specification(call).argument(place[0]).hint)).unit
        if unit is None:
            continue
        other = OTHER_UNITS[unit]

        def to_other(layer: Any, unit: str = unit, other: str = other) -> Any:
            return convert(layer, unit, other).assign_attrs({**layer.attrs, "units": other})

        found = [each.values for each in output_layers(call, changed(given, place, to_other))]
        for one, other_one in zip(found, expected, strict=True):  # of several shapes
            np.testing.assert_allclose(one, other_one, rtol=2e-4, atol=2e-4)


def check_missing_units_are_refused(call: Callable[..., Any], grid: GeoBox) -> None:
    given, spec = arguments(call, grid), specification(call)
    followed = {
        part.unit_of for each in spec.arguments for part in leaves(each.hint) if part.unit_of
    }
    for place in layers_in(given):
        if next(leaves(spec.argument(place[0]).hint)).unit or place[0] in followed:
            bare = changed(given, place, lambda layer: layer.drop_attrs())
            with pytest.raises(UnitsError, match="UNITS_MISSING"):
                call(**bare)


def check_missing_data_stays_missing(call: Callable[..., Any], grid: GeoBox) -> None:
    given = arguments(call, grid)
    if not layers_in(given):
        return
    assert all(np.isfinite(each.values).any() for each in output_layers(call, given))
    if call.__name__ in NAN_EXCEPTIONS:
        return
    for place in layers_in(given):
        for each in output_layers(call, changed(given, place, without_data)):
            assert np.isnan(each.values[(..., *UNKNOWN)]).all()


def without_data(layer: Any) -> Any:
    unknown = np.zeros(layer.shape, dtype=bool)
    unknown[(..., *UNKNOWN)] = True
    return layer.where(~unknown)


def check_inputs_are_not_changed(call: Callable[..., Any], grid: GeoBox) -> None:
    given = every_layer(arguments(call, grid), lambda layer: layer.compute())
    before = every_layer(arguments(call, grid), lambda layer: layer.compute())
    for _, result in outputs(call, given):
        if isinstance(result, xr.DataArray):
            result.compute()
        result.attrs["touched"] = True
    for name, value in before.items():
        pairs = zip(value, given[name], strict=True) if isinstance(value, list) else ()
        for old, new in pairs or [(value, given[name])]:
            assert_identical(old, new)


def assert_identical(old: Any, new: Any) -> None:
    if isinstance(old, xr.DataArray):
        xr.testing.assert_identical(old, new)
    elif isinstance(old, pd.DataFrame):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))
        assert old.attrs == new.attrs
    elif not isinstance(old, list) or old:
        assert old == new


def check_marks_are_handed_on(call: Callable[..., Any], grid: GeoBox) -> None:
    given, spec = arguments(call, grid), specification(call)
    named = [name for name, value in given.items() if carries_marks(value)]
    plain = spec.status or ("measured" if named else "assumed")
    expect_marks(call, given, status=plain, label_leak=spec.label_leak)
    for name in named:
        assumed = {**given, name: marked(given[name], "status", "assumed")}
        expect_marks(call, assumed, "assumed", spec.label_leak)
        leaking = {**given, name: marked(given[name], "label_leak", True)}
        expect_marks(call, leaking, status=plain, label_leak=True)


def carries_marks(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, xr.DataArray | pd.DataFrame)


def marked(value: Any, mark: str, what: Any) -> Any:
    if isinstance(value, list):
        return [marked(value[0], mark, what), *value[1:]]
    copy = value.copy()
    copy.attrs = {**value.attrs, mark: what}
    return copy


def expect_marks(
    call: Callable[..., Any], given: dict[str, Any], status: str, label_leak: bool = False
) -> None:
    for _, result in outputs(call, given):
        assert result.attrs["status"] == status
        assert result.attrs["label_leak"] is label_leak
        assert result.attrs["long_name"]


def check_result_lies_on_the_grid(call: Callable[..., Any], grid: GeoBox) -> None:
    for result in months_apart(output_layers(call, arguments(call, grid))):
        xr.testing.assert_equal(result.drop_vars("spatial_ref").coords.to_dataset(), axes(grid))
        accept(result, grid, call.__name__)


def months_apart(results: Iterable[xr.DataArray]) -> Iterator[xr.DataArray]:
    for each in results:
        yield from by_month(each) if "month" in each.dims else [each]


def axes(grid: GeoBox) -> xr.Dataset:
    return as_layer(np.zeros(grid.shape.yx), grid).drop_vars("spatial_ref").coords.to_dataset()


def check_values_are_floats_or_booleans(call: Callable[..., Any], grid: GeoBox) -> None:
    for result in output_layers(call, arguments(call, grid)):
        # Inputs are float32: a double of them would cost twice the memory and the disk.
        assert result.dtype in (np.dtype("float32"), np.dtype(bool))
        assert result.values.dtype == result.dtype
        if result.attrs["kind"] == "boolean":
            values = result.values.astype(float)
            assert np.isin(values[~np.isnan(values)], [0.0, 1.0]).all()


CHECKS = [
    check_same_answer_whatever_the_chunks,
    check_lazy_in_lazy_out,
    check_units_are_converted_and_set,
    check_missing_units_are_refused,
    check_missing_data_stays_missing,
    check_inputs_are_not_changed,
    check_marks_are_handed_on,
    check_result_lies_on_the_grid,
    check_values_are_floats_or_booleans,
]


@pytest.mark.parametrize("grid", [pytest.param(grid, id=name) for name, grid in GRIDS.items()])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
@pytest.mark.parametrize("call", EVERY)
def test_promise(
    call: Callable[..., Any], check: Callable[[Callable[..., Any], GeoBox], None], grid: GeoBox
) -> None:
    check(call, grid)


def test_tables_name_functions_that_exist() -> None:
    every = {
        public(spec) for section in ("layers", "exclusions") for spec in functions(section).values()
    }
    known = {key_of(call, each.name) for call in every for each in specification(call).arguments}
    assert set(LAYER_KINDS) | LINES | POLYGONS | set(VALUES) <= known
    assert set(NAN_EXCEPTIONS) <= {call.__name__ for call in every}


# ------------------------------------------------------------------ planted faults
def planted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A layer of no section, so that none of these is found by a pipeline."""
    return stage("tests")(function)


@planted
def of_the_block(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values without the mean of whatever chunk they are in."""
    return layer.copy(data=layer.chunk().data if layer.chunks is None else by_block(layer.data))


def by_block(data: da.Array) -> da.Array:
    return data.map_blocks(lambda block: block - block.mean(), dtype=data.dtype)


@planted
def of_the_tile(layer: Annotated[Layer, Unit("m")], grid: Grid) -> Annotated[Layer, Unit("m")]:
    """Values without the mean of their tile."""
    return as_layer(by_block(as_layer(layer.data, grid).data), grid)


@planted
def eager(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values without the least of all."""
    return layer - float(layer.min())


@planted
def in_memory(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Zeros that are not lazy."""
    return layer.copy(data=np.zeros(layer.shape, dtype=np.float32))


@planted
def mislabelled(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values whose own facts overwrite the unit."""
    return (layer * 1).assign_attrs(own={"units": "km"})


def unconverted(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values that no decorator converts."""
    return (layer * 2).assign_attrs(units="m", status="measured", label_leak=False, long_name="x")


unconverted.__siting__ = specification(stage("tests")(unconverted))  # type: ignore[attr-defined]


@planted
def filled(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values with nothing where nothing is known."""
    return layer.fillna(0)


@planted
def compared(layer: Layer) -> Annotated[Layer, Unit("1")]:
    """Booleans, which cannot be unknown."""
    return layer > 50


@planted
def empty(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Nothing at all."""
    return layer * np.float32(np.nan)


@planted
def tampering(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values after a note was left on the input."""
    layer.attrs["seen"] = True
    return layer * 1


@planted
def overwriting(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values after the input was set to zero."""
    if layer.chunks is None:
        layer.values[0, 0] = 0
    return layer * 1


@planted
def trusted(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values that call themselves measured."""
    return (layer * 1).assign_attrs(own={"status": "measured"})


@planted
def whitewashed(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values that deny knowing the targets."""
    return (layer * 1).assign_attrs(own={"label_leak": False})


@planted
def shifted(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values a hair beside their cells."""
    return layer.assign_coords(x=layer.x + 1e-6)


@planted
def turned(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values with the south in the first row."""
    return layer.isel(y=slice(None, None, -1))


@planted
def doubled(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Values of double precision."""
    return layer.astype("float64")


@planted
def whole(layer: Annotated[Layer, Unit("m")]) -> Annotated[Layer, Unit("m")]:
    """Whole numbers, which cannot be unknown."""
    return layer.fillna(0).astype("int32")


def unfollowed(
    layer: Layer, threshold: Annotated[float, UnitOf("layer")] = 50.0
) -> Annotated[Layer, Unit("1")]:
    """A threshold whose unit nobody asks for."""
    marks = {"units": "1", "status": "measured", "label_leak": False, "long_name": "x"}
    return (layer - threshold).assign_attrs(marks)


unfollowed.__siting__ = specification(stage("tests")(unfollowed))  # type: ignore[attr-defined]

FAULTS = [
    (check_same_answer_whatever_the_chunks, of_the_block),
    (check_same_answer_whatever_the_chunks, of_the_tile),
    (check_lazy_in_lazy_out, eager),
    (check_lazy_in_lazy_out, in_memory),
    (check_units_are_converted_and_set, mislabelled),
    (check_units_are_converted_and_set, unconverted),
    (check_missing_units_are_refused, unconverted),
    (check_missing_units_are_refused, unfollowed),
    (check_missing_data_stays_missing, filled),
    (check_missing_data_stays_missing, compared),
    (check_missing_data_stays_missing, empty),
    (check_inputs_are_not_changed, tampering),
    (check_inputs_are_not_changed, overwriting),
    (check_marks_are_handed_on, trusted),
    (check_marks_are_handed_on, whitewashed),
    (check_result_lies_on_the_grid, shifted),
    (check_result_lies_on_the_grid, turned),
    (check_values_are_floats_or_booleans, doubled),
    (check_values_are_floats_or_booleans, whole),
]


@pytest.mark.parametrize(("check", "fault"), FAULTS, ids=lambda each: each.__name__)
def test_check_catches_a_planted_fault(check: Callable[..., None], fault: Any) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(fault, GRIDS["projected"])


def test_every_check_catches_something() -> None:
    assert {check for check, _ in FAULTS} == set(CHECKS)
