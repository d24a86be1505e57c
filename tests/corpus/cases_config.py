"""Pipeline files with mistakes, and good ones that look odd."""

from pathlib import Path

from .harness import Corpus, pipeline, raster

corpus = Corpus()
case = corpus.case

GOOD = pipeline(
    sources="heat: {file: heat.tif, units: mW m-2, status: measured, vintage: '2020'}",
    layers="hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 120 mW m-2}}",
    more="scoring:\n  score: {overlay.weighted: {layers: {hot: 1.0}}}",
    outputs="[score.tif]",
)


def config(id: str, expect: str, code: str | None, why: str, old: str = "", new: str = "") -> None:
    """A case that is the good pipeline with one piece of text replaced."""
    assert old in GOOD, old

    @case(id, kind="config", expect=expect, code=code, why=why)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        raster(folder / "heat.tif", nodata=-9999)
        return GOOD.replace(old, new, 1) if old else new or GOOD


config("config_good", "accept", None, "a good pipeline")
