"""``pipelines/offshore_compute.yaml`` without siting: the screening by criteria.

The hours of waves, sun, battery and money, ways over water, cooling and zones are left out.
"""

import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.pipelines import ground, outputs

CRITERIA = {  # weight, worst, best
    "wave_power": (3, 8, 70),
    "height_lowest": (2, 0.5, 2.5),
    "height_highest": (2, 4.5, 2),
    "sun": (1, 80, 260),
    "warmth": (1, 31, 24),
}
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
CONCENTRATION, DRAWS, BEST = 30, 500, 0.05


def ocean_grid(cell: float) -> xr.DataArray:
    """An empty layer of the world between 65 S and 65 N in degrees."""
    rows, columns = round(130 / cell), round(360 / cell)
    return ground.empty("EPSG:4326", Affine(cell, 0, -180, 0, -cell, 65), rows, columns)


def find(like: xr.DataArray) -> outputs.Found:
    """All layers, and how near each cell comes to the best in everything."""
    layers = climate(like)
    layers["depth"] = -ground.raster("elevation.tif", like)
    layers["coast"] = ground.raster("coast_distance.tif", like)
    layers["ice"] = ground.raster("sea_ice_months.tif", like)
    regions = ground.gpd.read_file(ground.DATA / "sea_regions.geojson")
    layers["sea"] = named(regions, like)
    domain = ocean(layers, regions)
    layers["ocean"] = like.copy(data=domain.astype(np.float32))
    lanes = ground.gpd.read_parquet(ground.DATA / "shipping_lanes.parquet").geometry
    x, y = ground.vertices(lanes, abs(like.rio.resolution()[0]) / 2, "EPSG:4326")
    nodes = ground.gpd.GeoDataFrame(geometry=ground.gpd.points_from_xy(x, y, crs=4326))
    layers["lane_distance"] = ground.Cells(like, domain).distance(nodes)
    layers |= ideal(layers, domain)
    allowed = domain & (layers["depth"] >= 200) & (layers["coast"] >= 50) & (layers["ice"] <= 0)
    allowed &= (layers["lane_distance"] >= 25) & (layers["height_highest"] <= 4.5)
    return outputs.Found(layers, "ideal", allowed.to_numpy(), 300_000)


def climate(like: xr.DataArray) -> dict[str, xr.DataArray]:
    """Means and ends of the year's months."""
    height = ground.raster("significant_wave_height_monthly.tif", like)
    sun = ground.raster("sea_solar_irradiance_monthly.tif", like)
    month = xr.DataArray(DAYS / DAYS.sum(), dims="band")
    return {
        "wave_power": ground.raster("wave_power.tif", like),
        "height": (height * month).sum("band", skipna=False),
        "height_lowest": height.min("band"),
        "height_highest": height.max("band"),
        "period": (ground.raster("wave_energy_period_monthly.tif", like) * month).sum(
            "band", skipna=False
        ),
        "sun": (sun * month).sum("band", skipna=False),
        "sun_lowest": sun.min("band"),
        "warmth": ground.raster("sea_surface_temperature_monthly.tif", like).max("band"),
    }


def named(regions: ground.gpd.GeoDataFrame, like: xr.DataArray) -> xr.DataArray:
    """Code of the first region that holds the centre of a cell."""
    code = np.full(like.shape, np.nan, np.float32)
    for region in regions[::-1].itertuples():
        area = ground.gpd.GeoSeries([region.geometry], crs=4326)
        code[ground.burned(area, like, touched=False)] = region.code
    return like.copy(data=code)


def ocean(layers: dict[str, xr.DataArray], regions: ground.gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Open water with a climate, joined to an ocean."""
    outline = ground.gpd.read_parquet(ground.DATA / "land_50m.parquet").geometry
    land = ground.burned(outline, layers["depth"], touched=False)
    codes = {kind: rows.code.tolist() for kind, rows in regions.groupby("kind")}
    closed = layers["sea"].isin(codes["enclosed"] + codes["lake"])
    water = ((layers["depth"] > 0) & ~closed).to_numpy() & ~land
    parts, _ = ndimage.label(np.hstack([water, water]))  # closed at the dateline
    begin = np.tile((layers["sea"].isin(codes["ocean"])).to_numpy() & water, 2)
    reached = np.isin(parts, np.unique(parts[begin]))[:, : water.shape[1]] & water
    for name in ("wave_power", "sun", "warmth"):
        reached &= layers[name].notnull().to_numpy()
    return reached


def ideal(layers: dict[str, xr.DataArray], domain: NDArray[np.bool_]) -> dict[str, xr.DataArray]:
    """Weighted closeness to the best, its range under other weights, share of these at the top."""
    weight = np.array([each[0] for each in CRITERIA.values()], float)
    weight /= weight.sum()
    values = [
        ground.rescale(layers[name], *ends).to_numpy() for name, (_, *ends) in CRITERIA.items()
    ]
    whole = domain & np.logical_and.reduce([np.isfinite(each) for each in values])
    closeness = np.stack([each[whole] for each in values], axis=1)
    drawn = np.random.default_rng(0).dirichlet(CONCENTRATION * weight, DRAWS)
    scores = closeness @ drawn.T
    like = layers["depth"]
    area = np.broadcast_to(np.cos(np.radians(like.y.to_numpy()))[:, None], like.shape)[whole]
    best = np.zeros(len(closeness))
    for score in scores.T:
        order = np.argsort(-score)
        best[order[np.cumsum(area[order]) - area[order] < BEST * area.sum()]] += 1
    low, high = np.quantile(scores, [0.1, 0.9], axis=1)
    found = {}
    for name, each in zip(
        ("ideal", "ideal.low", "ideal.high", "ideal.acceptability"),
        (closeness @ weight, low, high, best / DRAWS),
        strict=True,
    ):
        data = np.full(like.shape, np.nan, np.float32)
        data[whole] = each
        found[name] = like.copy(data=data)
    return found


if __name__ == "__main__":
    outputs.main(find, ocean_grid)
