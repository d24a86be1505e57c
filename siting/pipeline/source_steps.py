"""Sources of a pipeline file as steps: an entry of the catalogue, or a file of the user's."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from siting import units
from siting.errors import InputError, PipelineError, PipelineInvalidError, UnitsError
from siting.io.yaml import Document, KeyPath
from siting.kinds import GRIDDED_KINDS
from siting.pipeline.messages import mistake, mistakes
from siting.pipeline.plan import Plan, Step, Value
from siting.pipeline.registry import nearest
from siting.signature import Marks
from siting.sources.addresses import address_of, is_remote
from siting.sources.catalogue import Elsewhere, known_sources
from siting.sources.declared import (
    KEYS,
    Embedded,
    Format,
    SavedModel,
    UserFile,
    resolve_path,
)
from siting.sources.integrity import refuse_absent

Declared = TypeVar("Declared", bound=BaseModel)
# Kind of value that a file is read as, by how it is read.
_KINDS = {
    "raster": "layer",
    "vector": "features",
    "table": "table",
    "series": "table",
    "costs": "table",
    "device": "record",
    "hindcast": "hindcast",
}
# Formats that GDAL knows and this package does not read.
_OTHER_RASTERS = frozenset({
    ".adf", ".asc", ".bil", ".dem", ".flt", ".grb", ".grb2", ".grd", ".hgt", ".img", ".jp2", ".vrt",
})  # fmt: skip
_OTHER_VECTORS = frozenset({".dxf", ".gml", ".gpx", ".kml", ".kmz", ".mif", ".tab"})
_PICKLED = frozenset({".pkl", ".pickle", ".joblib", ".onnx"})
_MODELS = _PICKLED | {".skops"}


def data_roots(document: Document, folder: Path, written: list[str]) -> list[Path]:
    """Folders that sources may lie in beside the pipeline's own.

    Raises
    ------
    PipelineInvalidError
        CONFIG_VALUE for a variable, and for the root of the machine, which bounds nothing.
    """
    wrong: list[PipelineError] = []
    for position, text in enumerate(written):
        problem = ""
        if "$" in text or text.startswith("~"):
            problem = "variables and ~ are not expanded"
        elif "\0" in text:
            problem = "a path has no NUL character"
        elif (root := (folder / text).resolve()) == Path(root.anchor):
            problem = "the whole machine is no folder of data"
        if problem:
            path: KeyPath = ("data_roots", position)
            wanted = "the path of one folder"
            wrong.append(
                mistake(document, path, "CONFIG_VALUE", problem, found=text, wanted=wanted)
            )
    if wrong:
        raise PipelineInvalidError(wrong)
    return [(folder / text).resolve() for text in written]


def source_step(document: Document, name: str, body: Any, folders: tuple[Path, ...]) -> Step:
    """The step of one source.

    Parameters
    ----------
    document : Document
        The pipeline file.
    name : str
        The source's name.
    body : object
        What the file says of it.
    folders : tuple of Path
        The pipeline's folder, and the data roots.

    Raises
    ------
    PipelineInvalidError
        With the mistakes of this source.
    InputError
        FILE_MISSING and the like, which are bad input and no mistake of the pipeline.
    """
    path: KeyPath = ("sources", name)
    if isinstance(body, dict) and "source" in body:
        return _embedded_step(document, name, _validated(Embedded, document, body, path))
    if isinstance(body, dict) and "model" in body and "file" not in body:
        saved = _validated(SavedModel, document, body, path)
        where = f"{document.where((*path, 'model'))} (sources.{name}.model)"
        return _model_step(name, saved, resolve_path(saved.model, folders[0], folders[1:], where))
    declared = _validated(UserFile, document, body, path)
    where = f"{document.where((*path, 'file'))} (sources.{name}.file)"
    if is_remote(declared.file):  # nothing is opened: `siting.pipeline.remote` brings it
        address = address_of(declared.file, where)
        return replace(_file_step(document, name, declared, Path(address.name)), file=None)
    file = resolve_path(declared.file, folders[0], folders[1:], where)
    return _file_step(document, name, declared, file)


def _embedded_step(document: Document, name: str, wanted: Embedded) -> Step:
    written = wanted.source
    if written not in (known := known_sources()):
        found = mistake(
            document,
            ("sources", name, "source"),
            "SOURCE_UNKNOWN",
            f"there is no source '{written}'",
            found=written,
            wanted=", ".join(nearest(written, list(known)) or known),
            fix="`siting sources` lists them; a file of yours is {file: PATH}",
        )
        raise PipelineInvalidError([found])
    entry = known[written].model_copy(update={"band": wanted.band})
    if isinstance(entry, Elsewhere):
        refuse_absent(entry, f"{document.where(('sources', name))} (sources.{name})")
    kind = "features" if entry.kind == "points" else _KINDS[entry.format]
    if kind == "layer" and entry.bands == "month" and entry.band is None:
        kind = "monthly"
    marks = Marks(entry.status, entry.title, entry.vintage, entry.label_leak)
    value = Value(kind, entry.units if kind in GRIDDED_KINDS else None, marks)
    return Step(name, "sources", ("sources", name), {"": value}, source=entry, file=entry.path)


def _file_step(document: Document, name: str, declared: UserFile, file: Path) -> Step:
    path: KeyPath = ("sources", name)
    form = declared.resolved_format()
    if file.suffix.lower() in _MODELS and declared.format is None:
        raise InputError(
            "MODEL_UNTRUSTED",
            "a model is no source of data, and a pickle can run code when it is opened",
            where=f"sources.{name}.file",
            found=declared.file,
            wanted="a raster, features, points or a table",
            fix=f"write {{model: {declared.file}}} for a model that siting saved",
        )
    if form is None:
        found = mistake(
            document,
            (*path, "file"),
            "FORMAT_UNKNOWN",
            "the file's ending does not say how to read it",
            found=declared.file,
            fix=_way_in(file),
        )
        raise PipelineInvalidError([found])
    _check_keys(document, declared, form, path)
    _check_units(document, declared, path)
    kind = "monthly" if declared.bands == "month" else _KINDS.get(form, "features")
    marks = Marks(declared.status, Path(declared.file).name, declared.vintage, declared.label_leak)
    value = Value(kind, declared.units if kind in GRIDDED_KINDS else None, marks)
    return Step(name, "sources", path, {"": value}, source=declared, file=file)


def _model_step(name: str, saved: SavedModel, file: Path) -> Step:
    if file.suffix.lower() in _PICKLED:
        raise InputError(
            "MODEL_UNTRUSTED",
            "such a file can run code when it is opened",
            where=f"sources.{name}.model",
            found=saved.model,
            wanted="a model that siting wrote (NAME.skops), or a linear one as JSON",
            fix="train it with a pipeline, and save it with `outputs: [NAME.skops]`",
        )
    marks = Marks(saved.status, Path(saved.model).name, saved.vintage, False)
    value = Value("model", None, marks)
    return Step(name, "sources", ("sources", name), {"": value}, source=saved, file=file)


def _way_in(file: Path) -> str:
    """What to do with a file whose ending is none of those that are read."""
    ending = file.suffix.lower()
    if ending in _OTHER_RASTERS:
        return f"convert it: gdal_translate -of COG {file.name} {file.stem}.tif"
    if ending in _OTHER_VECTORS:
        return f"convert it: ogr2ogr {file.stem}.gpkg {file.name}"
    return "write `format: raster`, features, points or table"


def _check_keys(document: Document, declared: UserFile, form: Format, path: KeyPath) -> None:
    """Refuse what says nothing of a file of this kind."""
    lost = sorted(declared.model_fields_set - KEYS[form])
    if lost:
        wrong: list[PipelineError] = [
            mistake(
                document,
                (*path, key),
                "CONFIG_UNKNOWN_KEY",
                f"'{key}' says nothing of a file that is read as {form}",
                found=key,
                wanted=", ".join(sorted(KEYS[form])),
                at_key=True,
            )
            for key in lost
        ]
        raise PipelineInvalidError(wrong)


def _check_units(document: Document, declared: UserFile, path: KeyPath) -> None:
    """Refuse units that nobody knows where they are written, not where they are used."""
    written: dict[KeyPath, str | None] = {("units",): declared.units}
    written |= {("columns", name): unit for name, unit in declared.columns.items()}
    for place, unit in written.items():
        try:
            units.compatible(unit or "m", "m")
        except UnitsError as error:
            found = mistake(
                document,
                (*path, *place),
                error.code,
                error.message,
                found=unit,
                wanted=error.wanted,
            )
            raise PipelineInvalidError([found]) from None


def _validated(model: type[Declared], document: Document, body: Any, path: KeyPath) -> Declared:
    try:
        return model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        raise PipelineInvalidError(mistakes(document, path, error, model)) from None


def user_rasters(plan: Plan) -> dict[str, tuple[Path, str | None]]:
    """Rasters that a pipeline file brings itself: path, and the CRS that it names, by name."""
    return {
        step.name: (step.file, step.source.crs)
        for step in plan.steps
        if isinstance(step.source, UserFile) and step.file is not None
        if step.source.resolved_format() == "raster"
    }
