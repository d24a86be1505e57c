"""Folds for honest validation: blocks, held-out regions, and random ones, named as such."""

from contextlib import suppress
from typing import Annotated

from pydantic import Field

from siting import units
from siting.errors import PipelineError, UnitsError
from siting.kinds import Folds, Unit
from siting.scoring.dated import DatedFolds
from siting.scoring.nearest_neighbour_folds import NearestNeighbourFolds
from siting.scoring.placed_folds import (
    INDEX,
    BlockFolds,
    Floats,
    InnerFolds,
    Integers,
    PlacedFolds,
    RandomFolds,
    RegionFolds,
    block_of,
    group_middles,
    places,
    positives,
)
from siting.signature import folds

__all__ = [
    "INDEX",
    "BlockFolds",
    "Floats",
    "InnerFolds",
    "Integers",
    "PlacedFolds",
    "RandomFolds",
    "RegionFolds",
    "block_of",
    "discovered_before",
    "group_middles",
    "nearest_neighbour_distance_matching",
    "places",
    "positives",
    "random",
    "regions",
    "side_of",
    "spatial_blocks",
]


@folds
def spatial_blocks(
    size: str,
    buffer: Annotated[float, Unit("m"), Field(ge=0)],
    splits: Annotated[int, Field(ge=2, le=100)] = 10,
) -> Folds:
    """Folds of blocks of longitude and latitude, with a buffer around what is tested.

    Parameters
    ----------
    size : str
        Side of a block, in degrees or as a length: ``"10 degree"``, ``"500 km"``.
    buffer : float
        Samples nearer than this to any tested one are not trained on [m]. At least the range
        of the variogram, or nearby samples tell the answer.
    splits : int
        Number of folds, to which blocks are dealt so that each holds like shares of the
        positives and of the samples.

    Returns
    -------
    Folds

    Notes
    -----
    All samples of a group (one field, say) are in the block of the group's middle, so a group
    is never split. Blocks given as a length are as wide at their middle latitude; a whole
    number of them goes round each parallel, so that they meet at the dateline.

    References
    ----------
    Roberts et al. (2017), Cross-validation strategies for data with temporal, spatial,
    hierarchical, or phylogenetic structure, Ecography 40, 913-929.

    Examples
    --------
    >>> spatial_blocks("10 degree", "200 km").name
    '10 degree blocks, 200 km buffer'
    """
    side, unit = side_of(size)
    return BlockFolds(side, unit, buffer, splits, size)


def side_of(size: str) -> tuple[float, str]:
    """Side of a block, with its unit: degree or m.

    Raises
    ------
    PipelineError
        VALUE_INVALID.

    Examples
    --------
    >>> side_of("100 km"), side_of("2 degree")
    ((100000.0, 'm'), (2.0, 'degree'))
    """
    for unit in ("degree", "m"):
        with suppress(UnitsError):
            side = units.parse_quantity(size, unit)
            if side > 0:
                return side, unit
    raise PipelineError(
        "VALUE_INVALID",
        "a block has a side in degrees or as a length",
        where="folds.spatial_blocks.size",
        found=size,
        wanted="10 degree, 500 km",
    )


@folds
def regions(column: str, buffer: Annotated[float, Unit("m"), Field(ge=0)] = 0.0) -> Folds:
    """Folds that hold out one region at a time.

    Parameters
    ----------
    column : str
        Column of the labels that names the region of each (country, play, basin).
    buffer : float
        Samples nearer than this to any tested one are not trained on [m].

    Returns
    -------
    Folds

    Notes
    -----
    A background sample belongs to the region of the label nearest to it over the ground, so
    each test set is that part of the domain where the region's labels are nearest.

    Examples
    --------
    >>> regions("country").name
    'held-out country'
    """
    return RegionFolds(column, buffer)


@folds
def random(splits: Annotated[int, Field(ge=2, le=100)] = 10) -> Folds:
    """Random folds, which leak: neighbours stand on both sides of every split.

    Skill from these folds is no skill at new places. They are here to show how large the leak
    is, and are marked ``leakage`` wherever they are used.

    Parameters
    ----------
    splits : int
        Number of folds.

    Returns
    -------
    Folds

    Examples
    --------
    >>> random().name, random().leakage
    ('random (leakage)', True)
    """
    return RandomFolds(splits)


@folds
def nearest_neighbour_distance_matching(
    splits: Annotated[int, Field(ge=2, le=100)] = 10,
) -> Folds:
    """Folds that test samples as far from training as the map's places are from the samples.

    Parameters
    ----------
    splits : int
        Number of folds.

    Returns
    -------
    Folds

    Notes
    -----
    Whole groups are clustered (Ward) into few or many clusters, which are dealt to the folds. Of
    these divisions the one is taken whose distances from tested groups to the nearest training
    group are distributed most like those from the map's places to the nearest group, by
    Wasserstein's W. Where samples lie as densely as the map's places, this is a random division
    of groups; where they are clustered, it is a division into regions. Skill from these folds is
    that of the map as a whole, near samples and far; it has no buffer. The map's places are the
    domain of the run; without one, the convex hull of the samples.

    References
    ----------
    Linnenbrink, Milà, Ludwig & Meyer (2024), kNNDM CV: k-fold nearest-neighbour distance
    matching cross-validation for map accuracy estimation, Geosci. Model Dev. 17, 5897-5912.

    Examples
    --------
    >>> nearest_neighbour_distance_matching(5).name
    'nearest-neighbour distance matching'
    """
    return NearestNeighbourFolds(splits)


@folds
def discovered_before(column: str, date: str, timeless: list[str] | None = None) -> Folds:
    """One split at a date: learn from what was known before, be tested by later finds.

    Parameters
    ----------
    column : str
        Column of the labels with the date of discovery, a year or a date; it stands where other
        folds have the region.
    date : str
        Finds of this day and later are tested: ``"1990"``, ``"1990-06-30"``.
    timeless : list of str, optional
        Features in which no find can show whatever their vintage: elevation, gravity.

    Returns
    -------
    Folds

    Raises
    ------
    InputError
        VALUE_INVALID, where the date is none. Later, where folds are made: FOLDS_EMPTY, where
        one class only is left before or after the date; LAYER_YOUNGER, where a feature is
        younger than the date.

    Notes
    -----
    A system has the date of its earliest label. Background and absences without a date have
    that of the dated sample nearest to them, so that later finds are told from land around them
    that was not trained on. Labels without a date are in neither part, and are told; so are those
    of a year or a month that the date lies within, which may be from before it or after it.

    Examples
    --------
    >>> discovered_before("discovered", "1990").name
    'discovered from 1990 on'
    """
    found = DatedFolds(column, date, tuple(timeless or ()))
    found.cut  # noqa: B018  (a date that is none is told here, not in the middle of a run)
    return found
