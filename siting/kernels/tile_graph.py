"""The work of a layer as one description of all its tiles, from which any few can be cut."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import dask.array as da
import numpy as np
from dask._task_spec import DataNode, convert_legacy_graph
from dask.array.optimization import optimize
from dask.highlevelgraph import HighLevelGraph, MaterializedLayer

from siting.errors import InputError

Position = tuple[int, ...]
Take = Callable[[Position, Any], None]  # what a block at a position is handed to

MOST_TASKS = 4_000_000  # of one value; dask needs about 1 kB for each


@dataclass(frozen=True)
class TileGraph:
    """How the blocks of an array come about, none of it worked out.

    Parameters
    ----------
    name : str
        Name of the array in the graph.
    graph : HighLevelGraph
        Layers of tasks; those that do the same for each block are kept as one rule.
    blocks : tuple of int
        Number of blocks along each axis.
    common : tuple
        Keys of what tiles far from one another are made from, as statistics of a whole layer are.

    Examples
    --------
    >>> array = da.ones((4, 6), chunks=2) + 1
    >>> graph = TileGraph.of(array)
    >>> graph.blocks, len(graph.tasks([(0, 0)]))
    ((2, 3), 1)
    """

    name: str
    graph: HighLevelGraph
    blocks: tuple[int, ...]
    common: tuple[Any, ...] = ()

    @classmethod
    def of(cls, array: da.Array) -> "TileGraph":
        """The graph of an array.

        Raises
        ------
        InputError
            GRAPH_TOO_LARGE, before anything of it is worked out.
        """
        graph: Any = array.__dask_graph__()
        found = cls(array.name, graph, array.numblocks)
        found._require_size()
        return found

    def key(self, position: Position) -> Any:
        """Name of the block at a position."""
        return self.name, *position

    def tasks(self, positions: Sequence[Position]) -> dict[Any, Any]:
        """Tasks that make the blocks at some positions, and no others."""
        keys = [self.key(each) for each in positions]
        tasks: dict[Any, Any] = dict(optimize(self.graph, keys))  # type: ignore[no-untyped-call]
        return tasks

    def with_common(self) -> "TileGraph":
        """The graph that knows which of its values are worth being worked out only once.

        They are what a first, a middle and a last tile have in common: neighbours of tiles are
        not among it, whole layers are.
        """
        corners = [tuple(round(share * (n - 1)) for n in self.blocks) for share in (0, 0.5, 1)]
        if len(set(corners)) < len(corners):
            return self
        culled = [self._needed(each) for each in corners]
        shared = set.intersection(*(set(each) for each in culled))
        asked = [
            key
            for tasks in culled
            for name, task in tasks.items()
            if name not in shared
            for key in task.dependencies
        ]
        keys = {key for key in asked if key in shared and _is_work(culled[0][key])}
        return replace(self, common=tuple(sorted(keys, key=str)))

    def _needed(self, position: Position) -> dict[Any, Any]:
        """All tasks that a block comes from, none put together."""
        tasks: dict[Any, Any] = convert_legacy_graph(dict(self.graph.cull({self.key(position)})))
        return tasks

    def given(self, values: Mapping[Any, Any]) -> "TileGraph":
        """The graph in which the common values stand in the place of the work for them."""
        layers: dict[str, Any] = dict(self.graph.layers)
        for name, layer in layers.items():
            here = [key for key in values if key in layer]
            if here:
                nodes = {key: DataNode(key, values[key]) for key in here}
                layers[name] = MaterializedLayer({**layer, **nodes})
        graph = HighLevelGraph(layers, dict(self.graph.dependencies))
        return replace(self, graph=graph, common=())

    def sources(self, position: Position) -> int:
        """Number of tasks at which the work on a block begins, as reading tiles."""
        return sum(not task.dependencies for task in self._needed(position).values())

    def patches(self, positions: Sequence[Position], side: int) -> Iterator[list[Position]]:
        """Positions by squares of so many blocks a side, from the first on."""
        if side == 1:
            yield from ([each] for each in positions)
            return

        def square(position: Position) -> tuple[int, ...]:
            return tuple(number // side for number in position)

        for _, group in groupby(sorted(positions, key=lambda each: (square(each), each)), square):
            yield list(group)

    def neighbours_share(self) -> bool:
        """Whether two blocks beside one another are made from some of the same blocks."""
        axis = int(np.argmax(self.blocks))
        if self.blocks[axis] < 2:
            return False
        one = (0,) * len(self.blocks)
        other = tuple(int(i == axis) for i in range(len(self.blocks)))
        apart = len(self.graph.cull({self.key(one)})) + len(self.graph.cull({self.key(other)}))
        return len(self.graph.cull({self.key(one), self.key(other)})) < apart - len(self.common)

    def _require_size(self) -> None:
        count = sum(_size(layer) for layer in self.graph.layers.values())
        if count > MOST_TASKS:
            raise InputError(
                "GRAPH_TOO_LARGE",
                "the work would fall into more pieces than can be kept in mind",
                found=f"{count:,} pieces for {int(np.prod(self.blocks)):,} tiles",
                wanted=f"at most {MOST_TASKS:,}",
                fix="choose a coarser --resolution or smaller bounds, or a smaller radius where a "
                "layer looks far around each cell",
            )


def _is_work(task: Any) -> bool:
    return not isinstance(task, DataNode)


def _size(layer: Any) -> int:
    """Tasks of a layer; a rule is not written out to be counted."""
    if isinstance(layer, MaterializedLayer):
        return len(layer)
    return len(layer.get_output_keys())
