"""Energy flux of sea states at depth, and parameters of a buoy's spectra."""

import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.case import OURS, Case
from benchmarks.world import Floats
from siting.kernels import jonswap, spectra, waves

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # those of its other parts
    from mhkit.wave import resource

SEAS = 500  # at 10 km; fewer at coarser resolutions
HOURS = 8_760
DEPTH = 50.0  # [m]
FREQUENCIES = np.arange(1, 121) / 200  # of a buoy [Hz]
FINE = np.arange(1, 2_001) / 1000  # that seas are integrated over [Hz]


class Seas(NamedTuple):
    """Sea states, with the energy periods of their spectra at the frequencies."""

    height: Floats
    peak_period: Floats
    energy_period: Floats


class Spectra(NamedTuple):
    """Spectra of a year's hours: (f, t), as MHKiT takes them."""

    density: pd.DataFrame


def _count(most: int, resolution: str) -> int:
    return max(20, round(most * 10 / float(resolution.split(maxsplit=1)[0])))


def _seas(count: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(1)
    height = rng.gamma(4.0, 0.6, count) + 0.3
    return height, rng.uniform(4.0, 8.0, count) * np.sqrt(height) + 1.0


def prepare_seas(resolution: str) -> Seas:
    height, peak = _seas(_count(SEAS, resolution))
    gamma = jonswap.gamma_of_peak(height, peak)
    return Seas(height, peak, peak * jonswap.ratios(gamma).te)


def prepare_spectra(resolution: str) -> Spectra:
    pairs = zip(*_seas(_count(HOURS, resolution)), strict=True)
    density = np.stack([jonswap.spectrum(FREQUENCIES, h, t) for h, t in pairs], axis=1)
    index = pd.Index(FREQUENCIES, name="Frequency")
    return Spectra(pd.DataFrame(density, index=index))


def siting_flux(seas: Seas) -> Floats:
    """From heights and energy periods [W m-1]."""
    return np.asarray(waves.energy_flux(seas.height, seas.energy_period, DEPTH))


def mhkit_flux(seas: Seas) -> Floats:
    """By a spectrum for each sea, all integrated at once [W m-1]."""
    columns = [
        resource.jonswap_spectrum(FINE.copy(), float(t), float(h)).iloc[:, 0].to_numpy()
        for h, t in zip(seas.height, seas.peak_period, strict=True)
    ]
    frame = pd.DataFrame(np.stack(columns, axis=1), index=pd.Index(FINE, name="Frequency"))
    return np.asarray(resource.energy_flux(frame, DEPTH), float).ravel()


def numpy_flux(seas: Seas) -> Floats:
    """By all spectra at once [W m-1]."""
    height, peak = seas.height[:, None], seas.peak_period[:, None]
    gamma = jonswap.gamma_of_peak(height, peak)
    density = (height / 4) ** 2 * peak * jonswap.shape(FINE * peak, gamma) / jonswap.area(gamma)
    return spectra.energy_flux(density, FINE, DEPTH)


def agree_flux(seas: Seas, results: Mapping[str, Floats]) -> str:
    # MHKiT's spectra have the usual factor 1 - .287 ln gamma, which misses the area by 1 %.
    gamma = jonswap.gamma_of_peak(seas.height, seas.peak_period)
    theirs = results["mhkit"] / ((1 - 0.287 * np.log(gamma)) * jonswap.area(gamma))
    np.testing.assert_allclose(results[OURS], results["numpy"], rtol=1e-4)
    np.testing.assert_allclose(results[OURS], theirs, rtol=2e-3)
    return "numpy within 1e-4, MHKiT within .2 % once its spectra have the height asked for"


def siting_spectra(inputs: Spectra) -> Floats:
    """Height, Te, Tp, Tm02 and flux: (5, t)."""
    found = spectra.parameters(inputs.density.to_numpy().T, FREQUENCIES, DEPTH)
    return np.stack([found.height, found.energy_period, found.peak_period,
                     found.zero_crossing_period, found.energy_flux])  # fmt: skip


def mhkit_spectra(inputs: Spectra) -> Floats:
    """The same by its functions for each."""
    functions = (
        resource.significant_wave_height, resource.energy_period, resource.peak_period,
        resource.average_zero_crossing_period, lambda s: resource.energy_flux(s, DEPTH),
    )  # fmt: skip
    return np.stack([np.asarray(each(inputs.density), float).ravel() for each in functions])


def agree_spectra(inputs: Spectra, results: Mapping[str, Floats]) -> str:
    np.testing.assert_allclose(results[OURS], results["mhkit"], rtol=1e-6)
    return "equal within 1e-6; the mean period Tm01 is left out, as MHKiT takes its root"


FLUX = Case(
    lambda seas: f"energy flux of {seas.height.size:,} sea states in {DEPTH:g} m of water",
    prepare_seas,
    {OURS: siting_flux, "numpy": numpy_flux, "mhkit": mhkit_flux},
    agree_flux,
)
SPECTRA = Case(
    lambda inputs: (
        f"heights, periods and flux of {inputs.density.shape[1]:,} spectra of"
        f" {inputs.density.shape[0]} frequencies"
    ),
    prepare_spectra,
    {OURS: siting_spectra, "mhkit": mhkit_spectra},
    agree_spectra,
)
