"""An example of each code, made afresh: the pages of docs/errors show what these print."""

from . import (
    archives,
    cluster,
    comparison,
    given,
    gridded,
    hindcasts,
    learning,
    network,
    own_years,
    pipelines,
    places,
    probabilities,
    rasters,
    scorers,
    sea,
    site_data,
    stored,
    tables,
    vectors,
    waves,
)  # fmt: skip
from .made import EXAMPLES, made

__all__ = ["EXAMPLES", "archives", "cluster", "comparison", "given", "gridded", "hindcasts",
           "learning", "made", "network", "own_years", "pipelines", "places", "probabilities",
           "rasters", "scorers", "sea", "site_data", "stored", "tables", "vectors",
           "waves"]  # fmt: skip
