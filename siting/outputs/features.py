"""Named features of a run as tables, such as zones with their figures."""

from pathlib import Path

from siting.errors import PipelineError
from siting.kinds import Results
from siting.outputs.names import saved_features
from siting.outputs.tables import write_frame


def write(results: Results, path: Path) -> None:
    """Write features in the format that the file's ending names.

    Parameters
    ----------
    results : Results
        The run's values.
    path : Path
        The file, named as the features: ``blocks.gpkg`` holds `blocks`. A GeoPackage is coloured
        by the first column of figures, which QGIS applies as it opens the file.

    Raises
    ------
    PipelineError
        OUTPUT_UNKNOWN, where the run has no such features.
    """
    name = saved_features(path.name, list(results.features))
    if name is None:
        raise PipelineError(
            "OUTPUT_UNKNOWN", "the run has no such features", where="outputs", found=path.name,
            wanted=", ".join(results.features),
        )  # fmt: skip
    frame = results.features[name]
    figures = [each for each in frame.attrs.get("columns", {}) if each in frame.columns]
    told = [each for each in figures if each not in {"area_on_grid", "on_grid", "rank"}]
    write_frame(path, frame, told[0] if told else "")
