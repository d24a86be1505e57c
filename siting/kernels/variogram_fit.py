"""The variogram of values at places: its estimate by distance, and a model fitted to it."""

import warnings
from typing import Any, Literal, NamedTuple

import numpy as np

from siting.errors import InputError, library
from siting.kernels.kriging import Covariance, Field, Floats

Model = Literal["exponential", "spherical", "gaussian"]
_CLASSES = {"exponential": "Exponential", "spherical": "Spherical", "gaussian": "Gaussian"}
_LAGS = 16
_FEWEST_LAGS = 5  # with pairs; the model has three parameters
_MOST = 4000  # places that pairs are taken of; more are drawn from, with a fixed seed
_REACHED = 0.95  # share of the sill at the range of a model that only tends to it


class Variogram(NamedTuple):
    """A model of how values differ with distance, and the estimate that it was fitted to.

    Attributes
    ----------
    model : str
        Its name.
    range, sill, nugget : float
        Distance at which 95 % of the sill is reached (all, for the spherical model) [m]; variance
        of the continuous part; variance of what varies within less than the least distances, that
        of the errors of measurement taken off.
    error : float
        Mean variance of the errors of measurement.
    distance, semivariance, pairs, fitted : numpy.ndarray of shape (lags,)
        The estimate by distance [m], the number of pairs in each, and the model there; both with
        the errors of measurement in them.
    covariance : callable
        Covariance of the continuous part at a distance [m].
    """

    model: Model
    range: float
    sill: float
    nugget: float
    error: float
    distance: Floats
    semivariance: Floats
    pairs: Floats
    fitted: Floats
    covariance: Covariance

    def field(self, places: Floats, values: Floats, error: Floats) -> Field:
        """The field of some values that varies like this."""
        return Field(places, values, error, self.covariance, self.sill, self.nugget)


def fit_variogram(places: Floats, values: Floats, error: Floats, model: Model) -> Variogram:
    """Variogram of values at places, by weighted least squares.

    Parameters
    ----------
    places : numpy.ndarray of shape (n, 3)
        Earth-centred positions [m].
    values, error : numpy.ndarray of shape (n,)
        Values, and the variances of their errors.
    model : str
        Exponential, spherical or gaussian.

    Notes
    -----
    Semivariances up to the distance of the outermost place from the middle, in lags that widen
    with distance, weighted by the number of pairs over the squared distance. The mean variance of
    the errors of measurement is taken off first, for two values differ by both of their errors.
    The range is held between the first lag and twice the last, the sill below four times the
    variance of the values.

    Raises
    ------
    InputError
        FEATURES_FEW where pairs of places lie at too few distances, or no model fits.

    References
    ----------
    Webster and Oliver (2007), Geostatistics for environmental scientists, 2nd ed., chapters 4-5.
    """
    gstools = library("gstools", "geostatistics")

    edges = _reach(places) / 2 * (np.arange(_LAGS + 1) / _LAGS) ** 1.5
    distance, semivariance, pairs = gstools.vario_estimate(
        places.T, values, edges, return_counts=True, sampling_size=_MOST, sampling_seed=0
    )
    filled = pairs > 0
    distance, semivariance, pairs = distance[filled], semivariance[filled], pairs[filled]
    if len(distance) < _FEWEST_LAGS:
        raise _unfitted(f"pairs in {len(distance)} of {_LAGS} lags")
    mean_error = float(error.mean())
    continuous = np.maximum(semivariance - mean_error, 0.0)
    fitted = _fitted(getattr(gstools, _CLASSES[model]), distance, continuous, pairs, values.var())
    return Variogram(
        model,
        _range_of(fitted),
        float(fitted.var),
        float(fitted.nugget),
        mean_error,
        distance,
        semivariance,
        pairs.astype(float),
        fitted.variogram(distance) + mean_error,
        _covariance(fitted),
    )


def _fitted(kind: Any, distance: Floats, semivariance: Floats, pairs: Floats, spread: float) -> Any:
    fitted = kind(dim=3, var=spread, len_scale=distance[-1] / 6, nugget=spread / 10)
    fitted.set_arg_bounds(
        var=[1e-6 * spread, 4 * spread, "cc"],
        len_scale=[distance[0] / 3, 2 * distance[-1], "cc"],
        nugget=[0.0, 4 * spread, "cc"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at a bound the parameters have no covariance: not used
        try:
            fitted.fit_variogram(
                distance, semivariance, weights=np.sqrt(pairs) / distance, init_guess="current"
            )
        except RuntimeError as error:  # the search came to no end
            raise _unfitted(str(error).split("\n", 1)[0]) from error
    return fitted


def _unfitted(found: str) -> InputError:
    return InputError(
        "FEATURES_FEW", "no variogram can be fitted to these places", where="variogram",
        found=found, wanted=f"pairs of places at {_FEWEST_LAGS} distances or more",
        fix="bring in wells between those that there are, or use heat.heat_flow_by_class",
    )  # fmt: skip


def _range_of(fitted: Any) -> float:
    return float(
        fitted.len_scale if fitted.name == "Spherical" else fitted.percentile_scale(_REACHED)
    )


def _covariance(fitted: Any) -> Covariance:
    """Covariance without the nugget; from the model's own shape, checked against its library."""
    sill, scale, name = float(fitted.var), float(fitted.len_rescaled), fitted.name

    def exponential(h: Floats) -> Floats:
        return np.asarray(sill * np.exp(h / -scale))

    def gaussian(h: Floats) -> Floats:
        return np.asarray(sill * np.exp(-((h / scale) ** 2)))

    def spherical(h: Floats) -> Floats:
        r = np.minimum(h / scale, 1.0)
        return np.asarray(sill * (1 - r * (1.5 - 0.5 * r**2)))

    return {"Exponential": exponential, "Gaussian": gaussian, "Spherical": spherical}[name]


def _reach(places: Floats) -> float:
    """Twice the greatest distance from the middle of all places [m], whatever way they lie."""
    return float(2 * np.linalg.norm(places - places.mean(axis=0), axis=1).max())
