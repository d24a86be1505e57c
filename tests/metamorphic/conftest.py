"""Worlds and what the plain pipeline says of them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from .files import SOURCES, write_world
from .world import Answer, Recipe, World, answer, make_world

Known = Callable[..., tuple[World, Path, Answer]]


@pytest.fixture(scope="package")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """A world by its seed, the folder of its plain files, and the plain answer.

    Names of sources limit the pipeline to what they are good for.
    """

    @cache
    def made(seed: int) -> tuple[World, Path]:
        world, folder = make_world(seed), tmp_path_factory.mktemp("world")
        write_world(folder, world)
        return world, folder

    @cache
    def make(seed: int, *names: str) -> tuple[World, Path, Answer]:
        world, folder = made(seed)
        sources = {name: SOURCES[name] for name in names or SOURCES}
        return world, folder, answer(folder, Recipe.of(sources))

    return make
