"""Heat flow of 150 wells kriged onto a region, with its standard deviation."""

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import gstools
import numpy as np
from odc.geo.geobox import GeoBox
from pykrige.ok3d import OrdinaryKriging3D

from benchmarks.case import OURS, Case
from benchmarks.world import Floats, centres
from siting.geodesy import ecef
from siting.grid import make_grid
from siting.layers.heat_flow import kriged
from siting.units import parse_quantity

WELLS = 150
ERROR = 6.0  # [mW m-2] sd of each well
EDGES = -1_700_000, 1_600_000, -1_000_000, 2_300_000  # [m] of EPSG:5070
COARSEST = 50_000.0  # [m] blocks of coarser cells would be wider than the wells
NEAR = 0.7  # share of the field's sd below which a cell counts as near wells


class Inputs(NamedTuple):
    """The grid, the wells, and the variogram that all contenders krige by."""

    grid: GeoBox
    wells: gpd.GeoDataFrame
    variogram: dict[str, float]

    @property
    def places(self) -> Floats:
        """Earth-centred positions of the wells [m], one axis a row."""
        return ecef(self.wells.geometry.x, self.wells.geometry.y).T

    @property
    def cells(self) -> Floats:
        """Earth-centred positions of the cells [m], one axis a row."""
        return ecef(*centres(self.grid)).reshape(-1, 3).T


def prepare(resolution: str) -> Inputs:
    """A region in cells of half the resolution: peers take minutes for a quarter of a million."""
    cell = min(parse_quantity(resolution, "m") / 2, COARSEST)
    grid = make_grid("EPSG:5070", cell, EDGES)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-119, -104, WELLS), rng.uniform(35, 46, WELLS)
    field = gstools.SRF(gstools.Exponential(dim=3, var=200.0, len_scale=100e3), seed=0)
    values = 80 + field(ecef(x, y).T, mesh_type="unstructured") + rng.normal(0, ERROR, WELLS)
    wells = gpd.GeoDataFrame(
        {"heat_flow": values, "standard_deviation": ERROR},
        geometry=gpd.points_from_xy(x, y, crs=4326),
    )
    wells.attrs["columns"] = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2"}
    small = make_grid("EPSG:5070", 350_000, EDGES)
    return Inputs(grid, wells, kriged(wells, small, same_place=1.0).variogram)


def siting(inputs: Inputs) -> Floats:
    """All wells at once for every cell; variogram and cross-validation included."""
    return _computed(inputs, nearest=WELLS)


def neighbourhoods(inputs: Inputs) -> Floats:
    """The default: the 48 wells nearest to nine points of each block of cells."""
    return _computed(inputs, nearest=48)


def _computed(inputs: Inputs, nearest: int) -> Floats:
    found = kriged(inputs.wells, inputs.grid, nearest=nearest, same_place=1.0)
    return np.stack([found.mean.to_numpy(), found.sd.to_numpy()])


def gstools_peer(inputs: Inputs) -> Floats:
    """GSTools on all wells; the nugget filtered as an error of the wells."""
    v = inputs.variogram
    scale = v["range"] / -np.log(0.05)
    model = gstools.Exponential(dim=3, var=v["sill"], len_scale=scale, nugget=v["nugget"])
    peer = gstools.krige.Ordinary(
        model,
        inputs.places,
        inputs.wells["heat_flow"],
        exact=False,
        cond_err=np.full(WELLS, ERROR**2 + v["nugget"]),
    )
    mean, variance = peer(inputs.cells, mesh_type="unstructured")
    return np.stack([mean, np.sqrt(variance)]).reshape(2, *inputs.grid.shape)


def pykrige(inputs: Inputs) -> Floats:
    """PyKrige on all wells, with the statistics of its fit: one error for all, in its nugget."""
    v = inputs.variogram
    # Its exponential model reaches 95 % of the sill at the range as exp(-3 h / range).
    terms = {
        "psill": v["sill"],
        "range": 3 * v["range"] / -np.log(0.05),
        "nugget": v["nugget"] + ERROR**2,
    }
    peer = OrdinaryKriging3D(
        *inputs.places,
        inputs.wells["heat_flow"].to_numpy(),
        variogram_model="exponential",
        variogram_parameters=terms,
        exact_values=False,
    )
    mean, variance = peer.execute("points", *inputs.cells, backend="vectorized")
    sd = np.sqrt(np.asarray(variance) - ERROR**2)  # of the field, and not of another well
    return np.stack([np.asarray(mean), sd]).reshape(2, *inputs.grid.shape)


def agree(inputs: Inputs, results: Mapping[str, Floats]) -> str:
    ours = results[OURS]
    for name in ("GSTools", "PyKrige"):
        np.testing.assert_allclose(results[name], ours, rtol=1e-4, err_msg=name)
    field = np.sqrt(inputs.variogram["sill"] + inputs.variogram["nugget"])
    near = ours[1] < NEAR * field
    apart = (results["siting, 48 nearest"] - ours)[:, near] / ours[1][near]
    mean, sd = np.sqrt((apart**2).mean(axis=1))
    assert mean < 0.1, mean
    assert sd < 0.05, sd
    return f"equal to 1e-4; by neighbourhoods {mean:.3f} sd near wells (root mean square)"


CASE = Case(
    lambda inputs: (
        f"{WELLS} wells kriged onto {inputs.grid.shape[0] * inputs.grid.shape[1]:,} cells, "
        "mean and standard deviation"
    ),
    prepare,
    {
        OURS: siting,
        "siting, 48 nearest": neighbourhoods,
        "GSTools": gstools_peer,
        "PyKrige": pykrige,
    },
    agree,
)
