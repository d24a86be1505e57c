"""What goes to workers and comes back: every layer, and every error."""

import pickle
from functools import lru_cache

import dask.array as da
import numpy as np
import pytest

from siting import errors
from siting.kernels import worker_tasks
from siting.kernels.tile_graph import TileGraph
from siting.pipeline.registry import functions
from siting.signature import leaf

from ..layer_arguments import GRIDS, arguments, output_layers, public

pytestmark = pytest.mark.filterwarnings("ignore:PLACES_ASHORE")
EVERY = [
    pytest.param(public(spec), id=spec.name)
    for section in ("layers", "exclusions")
    for spec in functions(section).values()
    # A hindcast is a file; the depth to the Curie point needs more cells than this grid has.
    if not any(leaf(each.hint).kind == "hindcast" for each in spec.arguments)
    and spec.name != "curie.curie_depth"
]


@pytest.mark.parametrize("call", EVERY)
def test_every_layer_can_be_sent_to_a_worker(call) -> None:
    grid = GRIDS["projected"]
    for layer in output_layers(call, arguments(call, grid)):
        sent = worker_tasks.packed(TileGraph.of(layer.data))
        graph = worker_tasks.unpacked(sent, worker_tasks.facts())
        first = (0,) * layer.ndim
        found = worker_tasks.tiles(graph, None, [first]).values[0]
        np.testing.assert_array_equal(found, layer.data.blocks[first].compute())


@pytest.mark.parametrize(
    "kind",
    [errors.SitingError, errors.PipelineError, errors.InputError, errors.GridError,
     errors.UnitsError, errors.StorageError, errors.QualityError, errors.LockedError],
)  # fmt: skip
def test_errors_arrive_as_they_were_raised(kind: type[errors.SitingError]) -> None:
    sent = kind("CODE", "what", where="a", found="b", wanted="c", fix="d")
    found = pickle.loads(pickle.dumps(sent))
    assert (type(found), str(found), found.as_dict()) == (kind, str(sent), sent.as_dict())


def test_functions_that_remember_can_be_sent() -> None:
    @lru_cache(maxsize=4)
    def doubled(value: float) -> float:
        return 2 * value

    array = da.ones((2, 2), chunks=1).map_blocks(lambda block: block * doubled(1.5), dtype=float)
    graph = worker_tasks.unpacked(worker_tasks.packed(TileGraph.of(array)), {})
    assert float(worker_tasks.tiles(graph, None, [(1, 1)]).values[0].item()) == 3.0
