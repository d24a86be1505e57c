"""A checked pipeline: named steps in the order that their references give, with marks and units."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odc.geo.geobox import GeoBox

from siting.io.yaml import Document, KeyPath
from siting.pipeline.require import Bounds
from siting.signature import Marks, Spec
from siting.sources.catalogue import Entry
from siting.sources.declared import SavedModel, UserFile


@dataclass(frozen=True)
class Value:
    """What is known of a named value before any data is opened.

    ``kind`` and ``unit`` are None where a mistake elsewhere hides them: no error follows from one.
    """

    kind: str | None
    unit: str | None
    marks: Marks


@dataclass(frozen=True)
class Call:
    """A marked function with its validated arguments; references are still names."""

    spec: Spec
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One name of the pipeline: a source, or a call of a function."""

    name: str
    section: str
    path: KeyPath
    values: dict[str, Value]
    call: Call | None = None
    source: Entry | UserFile | SavedModel | None = None
    file: Path | None = None
    references: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """Name of the value that the bare name means."""
        return next(iter(self.values))

    def names(self) -> list[str]:
        """Names of the values: the bare name is the first, ``learned.spread`` another."""
        return [self.full_name(part) for part in self.values]

    def full_name(self, part: str) -> str:
        """Name of one value; the first goes by the name of its step."""
        return self.name if part in {"", self.first} else f"{self.name}.{part}"


@dataclass(frozen=True)
class Plan:
    """A pipeline file that can be run."""

    document: Document
    folder: Path
    title: str
    description: str
    grid: GeoBox
    domain: str | None
    steps: tuple[Step, ...]
    candidates: Call | None
    outputs: tuple[str, ...]
    accept: dict[str, str]
    text: str = field(repr=False, default="")
    require: dict[str, Bounds] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(each for each in self.steps if each.name == name)

    def canonical(self, reference: str) -> str:
        """The one name of a value: ``heat_flow`` for ``heat_flow.mean``, its first result."""
        name, _, part = reference.partition(".")
        return self.step(name).full_name(part)
