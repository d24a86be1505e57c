"""An example of each code, made afresh: the pages of docs/errors show what these print."""

from . import archives, gridded, learning, pipelines, rasters, stored, tables, vectors
from .made import EXAMPLES, made

__all__ = ["EXAMPLES", "archives", "gridded", "learning", "made", "pipelines", "rasters", "stored",
           "tables", "vectors"]  # fmt: skip
