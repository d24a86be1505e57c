"""Draws mean wave height and power for the documentation.

``python -m data.build.waves.picture docs/images/waves.png``
"""

import sys
from pathlib import Path

import geopandas
import matplotlib
import numpy as np
import rasterio

matplotlib.use("Agg")
from matplotlib import pyplot as plt

DATA = Path(__file__).parents[2]
MAPS = [
    ("significant_wave_height", "Mean significant wave height [m], derived", 0, 5, "viridis"),
    ("wave_power", "Mean wave power [kW/m], derived", 0, 100, "magma"),
]


def draw(path: Path) -> None:
    """Write the picture."""
    land = geopandas.read_parquet(DATA / "land_50m.parquet")
    figure, panels = plt.subplots(2, 1, figsize=(9, 8.6), layout="constrained")
    for panel, (name, title, low, high, colours) in zip(panels, MAPS, strict=True):
        with rasterio.open(DATA / f"{name}.tif") as raster:
            values = raster.read(1, masked=True) * raster.scales[0]
        shown = panel.imshow(values, extent=(-180, 180, -90, 90), vmin=low, vmax=high, cmap=colours)
        land.plot(ax=panel, color="0.85", edgecolor="none")
        panel.set(xlim=(-180, 180), ylim=(-72, 78), title=title)
        panel.set_xticks(np.arange(-180, 181, 60))
        panel.set_yticks(np.arange(-60, 61, 30))
        figure.colorbar(shown, ax=panel, shrink=0.8, extend="max")
    figure.savefig(path, dpi=60, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
