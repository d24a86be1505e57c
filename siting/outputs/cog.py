"""A layer as a cloud-optimised GeoTIFF."""

from pathlib import Path

from siting.io import write as files
from siting.kinds import Results


def write(results: Results, path: Path) -> None:
    """Write the layer that the file is named after.

    Parameters
    ----------
    results : Results
        The run's values; ``score.tif`` holds the layer ``score``.
    path : Path
        The file.
    """
    files.cog(path, results.layers[path.stem])
