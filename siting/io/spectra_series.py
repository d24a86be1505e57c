"""Series of heights and periods from a buoy's spectra, by the names of quantities."""

from pathlib import Path

import numpy as np
import xarray as xr

from siting.io.formats import StrPath
from siting.io.ndbc_spectra import read_spectra
from siting.io.quantities import quantities
from siting.kernels.spectra import parameters

_WATT_PER_KILOWATT = 1000.0


def read_spectra_series(
    path: StrPath,
    *,
    site: str,
    longitude: float,
    latitude: float,
    depth: float = np.inf,
) -> xr.Dataset:
    """Series of one site, (site, time), from NDBC's spectra of waves.

    Parameters
    ----------
    path : path-like
        Spectral wave density, as :func:`siting.io.ndbc_spectra.read_spectra` takes it.
    site : str
        Name of the site.
    longitude, latitude : float
        Of the site [degree].
    depth : float
        Depth of the water, infinite for deep water [m].

    Returns
    -------
    xarray.Dataset
        Height, the four periods and ``wave_power``, as
        :func:`siting.io.series.read_series` gives its quantities.

    Notes
    -----
    Spectra tell the energy period itself, which buoys' standard reports lack.
    """
    spectra = read_spectra(path)
    found = parameters(spectra["variance_density"].values, spectra["frequency"].values, depth)
    values = {
        "significant_wave_height": found.height,
        "wave_energy_period": found.energy_period,
        "wave_peak_period": found.peak_period,
        "wave_mean_period_tm01": found.mean_period,
        "wave_mean_period_tm02": found.zero_crossing_period,
        "wave_power": found.energy_flux / _WATT_PER_KILOWATT,
    }
    return xr.Dataset(
        {
            name: (("site", "time"), each[None], {"units": quantities()[name].units})
            for name, each in values.items()
        },
        coords={
            "site": [site],
            "time": spectra["time"].values,
            "longitude": ("site", [longitude], {"units": "degrees_east"}),
            "latitude": ("site", [latitude], {"units": "degrees_north"}),
        },
        attrs={"source": Path(path).name},
    )
