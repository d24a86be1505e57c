import json

import gstools
import numpy as np
import pytest

from siting.errors import InputError
from siting.geodesy import ecef
from siting.kernels.variogram_fit import Model, fit_variogram
from siting.kernels.variogram_record import block_of, variogram_record


def wells(n: int, seed: int, error: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A simulated field of sill 200 and range 240 km (95 %), with errors of measurement."""
    rng = np.random.default_rng(seed)
    places = ecef(rng.uniform(-120, -113, n), rng.uniform(36, 42, n))
    model = gstools.Exponential(dim=3, var=200.0, len_scale=80e3)
    field = gstools.SRF(model, seed=seed, mode_no=500)(places.T, mesh_type="unstructured")
    return places, 80 + field + rng.normal(0, error, n), np.full(n, error**2)


@pytest.mark.parametrize("model", ["exponential", "spherical", "gaussian"])
def test_covariances_are_those_of_the_library(model: Model) -> None:
    fitted = fit_variogram(*wells(300, 1), model)
    scale = {"exponential": -np.log(0.05), "gaussian": np.sqrt(-np.log(0.05)), "spherical": 1.0}
    kind = getattr(gstools, model.capitalize())
    length = fitted.range / scale[model]
    theirs = kind(dim=3, var=fitted.sill, len_scale=length, rescale=1.0)
    h = np.linspace(0, 500e3, 60)
    np.testing.assert_allclose(fitted.covariance(h), theirs.covariance(h), atol=1e-8)
    assert fitted.covariance(np.zeros(1)).item() == pytest.approx(fitted.sill)


def test_errors_of_measurement_are_no_nugget() -> None:
    stated = fit_variogram(*wells(600, 2, error=8.0), "exponential")
    places, values, error = wells(600, 2, error=8.0)
    unstated = fit_variogram(places, values, 0 * error, "exponential")
    assert stated.error == 64
    assert stated.nugget < 25
    assert unstated.nugget == pytest.approx(stated.nugget + 64, abs=20)


def test_range_and_sill_of_a_simulated_field_are_found_again() -> None:
    found = [fit_variogram(*wells(600, seed), "exponential") for seed in range(6)]
    # 95 % of the sill at -ln(0.05) * 80 km = 240 km. One field in a window of three ranges tells
    # them roughly; six tell the middle.
    assert np.median([each.range for each in found]) == pytest.approx(240e3, rel=0.35)
    assert np.median([each.sill for each in found]) == pytest.approx(200, rel=0.3)


def test_intervals_of_values_left_out_hold_what_they_say() -> None:
    places, values, error = wells(500, 3, error=5.0)
    variogram = fit_variogram(places, values, error, "exponential")
    record = variogram_record(variogram, variogram.field(places, values, error), 48)
    for way in ("leave_one_out", "blocks"):
        judged = record[way]
        assert judged["within_1_sd"] == pytest.approx(0.68, abs=0.08)
        assert judged["within_2_sd"] == pytest.approx(0.95, abs=0.04)
        assert judged["places"] == 500
    # Whole blocks away from any value are harder than single wells, and both easier than the mean.
    rmse = [record[way]["rmse"] for way in ("leave_one_out", "blocks")]
    assert rmse[0] < rmse[1] < record["blocks"]["rmse_of_the_mean"]
    assert json.loads(json.dumps(record)) == record


def test_one_block_is_no_cross_validation_by_blocks() -> None:
    places, values, error = wells(60, 4)
    variogram = fit_variogram(places, values, error, "exponential")._replace(range=5_000e3)
    record = variogram_record(variogram, variogram.field(places, values, error), 48)
    assert set(record["blocks"]) == {"size", "count"}
    assert record["blocks"]["count"] < 4
    assert record["range_found"] is False


def test_blocks_are_about_square_at_any_latitude() -> None:
    # A degree of longitude has 19 km at 80 N: the places lie 19 km apart, in one block of 400 km
    # but for edges; at the equator 40 degrees are 11 blocks.
    places = ecef(np.linspace(-20, 20, 400), np.full(400, 0.5))
    assert len(np.unique(block_of(places, 400e3))) == pytest.approx(12, abs=1)
    places = ecef(np.linspace(-20, 20, 400), np.full(400, 80.0))
    assert len(np.unique(block_of(places, 400e3))) == pytest.approx(3, abs=1)


def test_two_camps_of_wells_tell_no_variogram() -> None:
    rng = np.random.default_rng(5)
    longitude = np.repeat([-119.0, -113.0], 12) + rng.uniform(0, 0.05, 24)
    places = ecef(longitude, 40 + rng.uniform(0, 0.05, 24))
    with pytest.raises(InputError, match=r"FEATURES_FEW: no variogram(.*\n)+.*lags"):
        fit_variogram(places, rng.normal(70, 9, 24), np.zeros(24), "exponential")


def test_a_search_without_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object, **__: object) -> None:
        raise RuntimeError("Optimal parameters not found: too many evaluations")

    monkeypatch.setattr(gstools.Exponential, "fit_variogram", endless)
    with pytest.raises(InputError, match=r"FEATURES_FEW(.*\n)+.*Optimal parameters"):
        fit_variogram(*wells(60, 6), "exponential")
