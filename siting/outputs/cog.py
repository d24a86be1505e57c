"""A layer as a cloud-optimised GeoTIFF."""

from pathlib import Path

from siting.errors import PipelineError
from siting.io import write as files
from siting.kinds import Results
from siting.outputs.names import output_problem, raster_layer


def write(results: Results, path: Path) -> None:
    """Write the layer that the file is named after.

    Parameters
    ----------
    results : Results
        The run's values; ``score.tif`` holds the layer ``score``, or the first result of a step
        of that name, ``score.score``.
    path : Path
        The file.

    Raises
    ------
    PipelineError
        OUTPUT_UNKNOWN, where there is no such layer.
    """
    layers = list(results.layers)
    name = raster_layer(path.name, layers)
    if name is None:
        problem = output_problem(path.name, layers, results.candidates is not None)
        message, wanted = (problem.message, problem.wanted) if problem else ("no raster", "")
        raise PipelineError("OUTPUT_UNKNOWN", message, where="outputs", found=path.name,
                            wanted=wanted)  # fmt: skip
    files.cog(path, results.layers[name].rename(name))
