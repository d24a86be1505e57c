"""``pipelines/egs.yaml`` without siting, up to temperatures and depths: the wells are left out."""

from typing import Any

import numpy as np
import xarray as xr

from benchmarks.pipelines import ground, outputs

SURFACE = 15.0  # [degC]
CONDUCTIVITY, PRODUCTION = 2.8, 1.5e-6  # [W m-1 K-1] at 25 degC, [W m-3]
SHARES = 0.1, 0.3  # standard deviations of the two


def find(like: xr.DataArray) -> outputs.Found:
    """Temperature at 5 km, depths to 200 and 400 degC, and their standard deviations."""
    domain = ground.land(like)
    layers = {
        "elevation": ground.raster("elevation.tif", like),
        "regime": ground.raster("tectonic_regime.tif", like, classes=True),
    }
    layers["slope"] = ground.slope(layers["elevation"])
    layers |= ground.heat_flow(layers["regime"])
    q, q_sd = layers["heat_flow"] / 1000, layers["heat_flow.sd"] / 1000
    layers["at_5km"] = temperature(5000, q, CONDUCTIVITY, PRODUCTION)
    layers["at_5km.sd"] = spread(5000, q, q_sd)
    layers |= depths("to_200", 200, 10_000, q, q_sd) | depths("to_400", 400, 15_000, q, q_sd)
    allowed = domain & (layers["slope"] <= 15) & (layers["elevation"] <= 5000)
    return outputs.Found(layers, "at_5km", allowed.to_numpy(), 100_000)


def law(k: float) -> tuple[float, float, float]:
    """k0, c, b of k(T) = k0/(c + b T) after Sass and others 1992."""
    k0 = k * (1.007 + 25 * (0.0037 - 0.0074 / k))
    return k0, 1.007, 0.0036 - 0.0072 / k0


def temperature(depth: Any, q: Any, k: float, a: float) -> Any:
    """Temperature at a depth, conductivity falling with temperature [degC]."""
    k0, c, b = law(k)
    gained = q * depth - a * depth**2 / 2
    return ((c + b * SURFACE) * np.exp(gained * b / k0) - c) / b


def spread(depth: Any, q: Any, q_sd: Any) -> Any:
    """Standard deviation of the temperature at a depth [K]."""
    k, a = CONDUCTIVITY, PRODUCTION
    dk, da = SHARES[0] * k, SHARES[1] * a
    ends = (
        temperature(depth, q + q_sd, k, a) - temperature(depth, q - q_sd, k, a),
        temperature(depth, q, k + dk, a) - temperature(depth, q, k - dk, a),
        temperature(depth, q, k, a + da) - temperature(depth, q, k, a - da),
    )
    return np.sqrt(sum((each / 2) ** 2 for each in ends))


def depths(name: str, wanted: float, limit: float, q: Any, q_sd: Any) -> dict[str, xr.DataArray]:
    """Depth of a temperature [m], its standard deviation, and whether it is above the limit."""
    k0, c, b = law(CONDUCTIVITY)
    integral = k0 / b * np.log((c + b * wanted) / (c + b * SURFACE))
    root = q**2 - 2 * PRODUCTION * integral
    depth = 2 * integral / (q + np.sqrt(root.where(root >= 0)))
    depth = depth.where(depth <= limit)
    gradient = (q - PRODUCTION * depth) / (k0 / (c + b * wanted))
    reached = depth.notnull().where(q.notnull()).astype(np.float32)
    sd = spread(depth, q, q_sd) / gradient
    return {name: depth, f"{name}.sd": sd, f"{name}.reached": reached}


if __name__ == "__main__":
    outputs.main(find)
