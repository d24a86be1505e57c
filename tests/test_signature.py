"""What a signature says holds for callers from Python as for pipeline files."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
import pytest
import xarray as xr
from pydantic import Field

from siting.errors import InputError, PipelineError, UnitsError
from siting.kinds import FittedModel, Layer, Model, Pairs, Unit, UnitOf
from siting.signature import layer, leaves, spec_of


class Moments(NamedTuple):
    mean: Annotated[Layer, Unit("m")]
    sd: Annotated[Layer, Unit("m")]


@layer()
def thickness(
    top: Annotated[Layer, Unit("m")],
    extra: Annotated[float, Unit("m"), Field(gt=0, le=1000)] = 1.0,
    side: Literal["up", "down"] = "up",
) -> Annotated[Layer, Unit("m")]:
    """Thickness of something.

    More words.
    """
    return top + extra if side == "up" else top - extra


@layer(kind="categorical", status="derived", label_leak=True)
def moments(top: Annotated[Layer, Unit("m")]) -> Moments:
    """Moments of something."""
    return Moments(top, top * 0)


@layer()
def clipped(
    layer: Layer, low: Annotated[float, UnitOf("layer")]
) -> Annotated[Layer, UnitOf("layer")]:
    """Layer clipped from below."""
    return layer.clip(min=low)


@layer()
def weighted(
    layers: Annotated[list[tuple[Annotated[Layer, Unit("km")], float]], Pairs()],
) -> Annotated[Layer, Unit("km")]:
    """Weighted sum."""
    return sum(weight * each for each, weight in layers)


@layer()
def optional(
    top: Annotated[Layer, Unit("m")],
    model: Model | None = None,
    more: list[Layer] | None = None,
    by: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m")] = 0.0,
) -> Annotated[Layer, Unit("m")]:
    """Layer with optional company."""
    assert model is None or isinstance(model, FittedModel)
    return top + by


@layer()
def among(top: Layer, values: list[str | int]) -> Annotated[Layer, Unit("1")]:
    """Number of whole numbers among the values."""
    return top * sum(isinstance(each, int) for each in values)


def made(value=1.0, **attrs):
    return xr.DataArray(np.full((2, 3), value), dims=("y", "x"), attrs=attrs)


def test_layer_arrives_in_the_unit_of_the_signature():
    assert float(thickness(made(2.0, units="km"))[0, 0]) == 2001.0


def test_number_may_be_text_with_a_unit():
    assert float(thickness(made(0.0, units="m"), "0.5 km")[0, 0]) == 500.0


def test_layers_in_pairs_are_converted_too():
    total = weighted([(made(1000.0, units="m"), 2.0), (made(3.0, units="km"), 1.0)])
    assert float(total[0, 0]) == 5.0


def test_unit_of_another_argument_is_followed():
    result = clipped(made(20.0, units="km"), "30000 m")
    assert float(result[0, 0]) == 30.0
    assert result.attrs["units"] == "km"


def test_layer_without_units_is_refused():
    with pytest.raises(UnitsError, match=r"UNITS_MISSING[^\n]*no units\n  where: +test_signature"):
        thickness(made())


def test_layer_of_another_dimension_is_refused():
    with pytest.raises(UnitsError, match="'s' cannot be converted to 'm'"):
        thickness(made(units="s"))


@pytest.mark.parametrize("extra", [-3, 0, 1001, float("nan"), "-1 km"])
def test_limits_of_the_signature_hold_for_python_callers(extra):
    with pytest.raises(
        PipelineError, match=r"VALUE_INVALID.*\n  where: +test_signature\.thickness\.extra"
    ):
        thickness(made(units="m"), extra)


def test_choice_outside_the_literal_is_refused():
    with pytest.raises(PipelineError, match="'up' or 'down'"):
        thickness(made(units="m"), side="left")


def test_what_is_no_layer_is_refused():
    with pytest.raises(InputError, match="KIND_WRONG.*not a layer"):
        thickness(np.ones((2, 3)))


def test_unknown_argument_is_refused():
    with pytest.raises(PipelineError, match="ARGUMENTS_INVALID.*'depth'"):
        thickness(made(units="m"), depth=3)


def test_attributes_are_replaced_on_a_copy():
    given = made(units="km", status="measured", source="A", vintage="2001", colour="red")
    before = dict(given.attrs)
    attrs = thickness(given).attrs
    assert attrs == {
        "units": "m",
        "kind": "continuous",
        "long_name": "Thickness of something",
        "status": "measured",
        "source": "A",
        "vintage": "2001",
        "label_leak": False,
    }
    assert given.attrs == before


def test_marks_are_those_of_the_worst_input():
    one = made(units="km", status="measured", source="A; B", vintage="1999")
    two = made(units="km", status="assumed", source="B; C", vintage="2020", label_leak=True)
    attrs = weighted([(one, 1.0), (two, 1.0)]).attrs
    assert (attrs["status"], attrs["source"]) == ("assumed", "A; B; C")
    assert (attrs["vintage"], attrs["label_leak"]) == ("1999; 2020", True)


def test_layer_that_does_not_say_its_status_counts_as_assumed():
    assert thickness(made(units="m")).attrs["status"] == "assumed"


def test_function_can_lower_trust_but_not_raise_it():
    assert moments(made(units="m", status="measured")).mean.attrs["status"] == "derived"
    assert moments(made(units="m", status="assumed")).mean.attrs["status"] == "assumed"


def test_each_of_several_results_is_marked():
    found = moments(made(units="m"))
    assert found.sd.attrs["long_name"] == "Moments of something (sd)"
    assert found.sd.attrs["kind"] == "categorical"
    assert found.sd.attrs["label_leak"] is True


def test_spec_reads_units_and_kinds_wherever_they_are_nested():
    (argument,) = spec_of(weighted).arguments
    assert [(each.kind, each.unit) for each in leaves(argument.hint)] == [
        ("layer", "km"),
        (None, None),
    ]


def test_name_is_the_file_and_the_function():
    assert spec_of(thickness).name == "test_signature.thickness"


def test_union_takes_each_of_its_kinds():
    top = made(1.0, units="m")
    model = FittedModel(None, ())
    assert float(optional(top, model, [made(units="s")], "1 km")[0, 0]) == 1001.0
    assert float(optional(top, None, None, made(2.0, units="km"))[0, 0]) == 2001.0


def test_union_of_plain_types_takes_each():
    assert float(among(made(1.0, units="1"), [3, "three"])[0, 0]) == 1.0
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        among(made(units="1"), [3.5])
