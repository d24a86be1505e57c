"""Probabilities that a cell holds a system: of a prior alone, and with evidence.

A probability is of a cell of a certain area, which the layer's long name tells. Percentiles are
those of the probability itself: of its hundred draws a tenth lie below p10.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from siting.indicators import indicator
from siting.kernels.prior import Density, Family
from siting.kinds import Domain, Features, Grid, Layer, Model, Record, Unit
from siting.scoring.calibrating import Nature
from siting.scoring.prior_density import between, counted_systems, prior_layers
from siting.scoring.probability_layers import (
    asked,
    dissimilarity_of,
    probability_layers,
    probability_record,
)
from siting.signature import scorer
from siting.wording import counted

Share = Annotated[Layer, Unit("1")]
Count = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Area = Annotated[float, Unit("km2"), Field(gt=0)]


class Prior(NamedTuple):
    """Probability before any evidence, and the density of systems behind it."""

    probability: Share
    p10: Share
    p50: Share
    p90: Share
    record: Record


class Probability(NamedTuple):
    """Probability with evidence, how sure it is, and where it was not tested."""

    probability: Share
    p10: Share
    p50: Share
    p90: Share
    dissimilarity: Share
    extrapolated: Share
    record: Record


@scorer(status="assumed")
def prior(
    mean: Count,
    sd: Count,
    domain: Domain,
    grid: Grid,
    per: Area = 1000.0,
    distribution: Family = "lognormal",
) -> Prior:
    """Prior probability of a cell, from a mean density of systems and its standard deviation.

    Parameters
    ----------
    mean : float
        Mean number of systems to the area `per` [1].
    sd : float
        Standard deviation of that number, which is how far off it may be [1].
    domain : (y, x) layer of bool
        Where the prior is asked for.
    grid : GeoBox
        The grid; areas of its cells are those on the ellipsoid.
    per : float
        Area that densities are counted to [km2].
    distribution : str
        ``lognormal`` or ``gamma``.

    Returns
    -------
    probability : (y, x) layer
        Mean probability that the cell holds at least one system [1].
    p10, p50, p90 : (y, x) layer
        Its percentiles [1].
    record : record
        The density, for the functions below, and the number of systems that it expects.

    Raises
    ------
    InputError
        VALUE_INVALID where cells have no area.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the median probability of a cell is above 0.9, or fewer than 0.02 systems are expected
        in more than 1000 km2.

    Notes
    -----
    π = 1 - e^(-λA) with the area A of each cell: a probability means nothing without the size of
    its cell. Whoever gives a density states it for all systems, found or not.

    References
    ----------
    Singer & Menzie (2010), Quantitative Mineral Resource Assessments, for densities of deposits.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 25_000.0, (0, 0, 50_000, 25_000))
    >>> land = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> found = prior(0.5, 0.01, land, grid)
    >>> found.p50.values.round(2).tolist(), found.p50.long_name
    ([[0.27, 0.27]], 'Prior probability that a cell of 625 km2 holds a system (p50)')
    """
    density = Density.of_moments(mean / per, sd / per, distribution)
    return Prior(*prior_layers(density, "The prior was given:", domain, grid))


@scorer(status="assumed")
def prior_between(
    p10: Count,
    p90: Count,
    domain: Domain,
    grid: Grid,
    per: Area = 1000.0,
    distribution: Family = "lognormal",
) -> Prior:
    """Prior probability of a cell, from two percentiles of the density of systems.

    Parameters
    ----------
    p10, p90 : float
        Numbers of systems to the area `per` that it is below with probability .1 and .9 [1].
    domain : (y, x) layer of bool
        Where the prior is asked for.
    grid : GeoBox
        The grid; areas of its cells are those on the ellipsoid.
    per : float
        Area that densities are counted to [km2].
    distribution : str
        ``lognormal`` or ``gamma``.

    Returns
    -------
    probability : (y, x) layer
        Mean probability that the cell holds at least one system [1].
    p10, p50, p90 : (y, x) layer
        Its percentiles [1].
    record : record
        The density, for the functions below, and the number of systems that it expects.

    Raises
    ------
    InputError
        VALUE_INVALID where `p10` is not below `p90`, or cells have no area.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the median probability of a cell is above 0.9, or fewer than 0.02 systems are expected
        in more than 1000 km2.

    Notes
    -----
    As for :func:`prior`.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1_000.0, (0, 0, 2_000, 1_000))
    >>> land = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> found = prior_between(0.25, 1.0, land, grid)
    >>> found.p50.values.round(6).tolist()
    [[0.0005, 0.0005]]
    """
    density = between(p10, p90, per, distribution, "probability.prior_between")
    return Prior(*prior_layers(density, "The prior was given:", domain, grid))


@scorer()
def prior_from_labels(
    labels: Features,
    explored: Layer,
    domain: Domain,
    grid: Grid,
    found: Annotated[float, Field(gt=0, le=1)] = 1.0,
    group: str | None = None,
    target: str | None = None,
) -> Prior:
    """Prior probability of a cell, from the systems known in a well-explored part of the grid.

    Parameters
    ----------
    labels : GeoDataFrame of points or polygons
        Known systems; unverified ones do not count.
    explored : (y, x) layer of bool
        Where systems would have been found.
    domain : (y, x) layer of bool
        Where the prior is asked for.
    grid : GeoBox
        The grid.
    found : float
        Share of the systems there that are known [1].
    group : str, optional
        Column with the system that each label is part of.
    target : str, optional
        Column of the labels with 1 for presence and 0 for absence.

    Returns
    -------
    probability : (y, x) layer
        Mean probability that the cell holds at least one system [1].
    p10, p50, p90 : (y, x) layer
        Its percentiles [1].
    record : record
        The density, for the functions below, and the number of systems that it expects.

    Raises
    ------
    InputError
        LAYER_EMPTY where nothing was explored, and the errors of reading the labels.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the median probability of a cell is above 0.9, or fewer than 0.02 systems are expected
        in more than 1000 km2.

    Notes
    -----
    Gamma distribution with shape n + 1/2 and rate `found` times A, for n systems known in the
    explored area A. It holds elsewhere only where the ground is alike: people explore the best
    ground first, and then it is too high. What was not found is told by `found` alone.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6 and 2.8.

    Examples
    --------
    Two systems in four cells of 2500 km2, (2 + 1/2)/10000 to one:

    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 50_000.0, (0, 0, 200_000, 50_000))
    >>> land = as_layer(np.ones((1, 4), dtype=bool), grid)
    >>> known = GeoDataFrame(geometry=points_from_xy([0.1, 1.2], [0.1, 0.1], crs=4326))
    >>> prior_from_labels(known, land, land, grid).record["per_1000_km2"]["mean"]
    0.25
    """
    count, area = counted_systems(labels, explored, grid, group, target)
    density = Density.counted(count, area * found)
    share = "" if found == 1 else f", {found:.0%} of those there"
    told = f"{counted(count, 'system is', 'systems are')} known in {area:,.4g} km2{share}:"
    return Prior(*prior_layers(density, told, domain, grid))


@scorer()
def case_control(
    model: Model,
    prior: Record,
    features: Annotated[list[Layer], Field(min_length=1)],
    domain: Domain,
    grid: Grid,
) -> Probability:
    """Probability of a system, from odds against places known to be without one.

    Parameters
    ----------
    model : FittedModel
        Of :mod:`siting.scoring.calibration`.
    prior : record
        Record of a prior: ``prior: NAME.record``.
    features : list of layer
        A layer for each feature of the model, in any order; converted to the model's units.
    domain : (y, x) layer of bool
        Where the probability is asked for.
    grid : GeoBox
        The grid.

    Returns
    -------
    probability : (y, x) layer
        Mean probability that the cell holds a system [1]; NaN where a feature is missing.
    p10, p50, p90 : (y, x) layer
        Percentiles of the probability: how far the prior and the ensemble leave it open [1].
    dissimilarity : (y, x) layer
        Dissimilarity index [1], with its attribute ``threshold``.
    extrapolated : (y, x) layer
        1 where the dissimilarity is above the threshold; there, the probability is given, but
        nothing tested it [1].
    record : record
        Expected cells with a system beside those of the prior, over the domain; shares of the
        area that were capped, or are extrapolated.

    Raises
    ------
    InputError
        LABELS_NATURE for a model of presences and a background; VALUE_INVALID for a prior that is
        none, or cells without an area; LAYER_EMPTY; MODEL_FEATURES, MODEL_TRAINING.
    PipelineError
        MODEL_KIND for a model that was not calibrated.
    UnitsError
        MODEL_UNITS.

    Notes
    -----
    logit p = logit p_s - ln[((1-π)/π) (ȳ/(1-ȳ))], with the probability p_s among the samples,
    their share of presences ȳ, and π of the prior and the area of each cell. Absences have to be
    a fair sample of ground without systems, or the probabilities do not add up to the prior;
    the record tells.

    A hundred draws, the same for all cells, pair a density of the prior with a member of the
    ensemble, which has its own fit and its own curve. Totals are from 20,000 cells drawn at
    random where the domain has more.

    References
    ----------
    King & Zeng (2001), Logistic regression in rare events data, Political Analysis 9, 137-163.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.findings import collect
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.calibration import logistic_cells
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 40), (20, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> blocks = spatial_blocks("5 degree", "0 km", 4)
    >>> frame = {"hot": rng.random(200)}
    >>> frame["known"] = (rng.random(200) < 0.5 * frame["hot"]).astype(int)
    >>> lon, lat = 40 * (1 - frame["hot"]), rng.uniform(0, 20, 200)
    >>> cells = GeoDataFrame(frame, geometry=points_from_xy(lon, lat, crs=4326))
    >>> cells.attrs["columns"] = {"hot": "1"}
    >>> model = logistic_cells(cells, ["hot"], "known", LogisticRegression(), blocks).model
    >>> before = prior_between(1e-3, 4e-3, land, grid)
    >>> with collect() as findings:
    ...     found = case_control(model, before.record, [hot], land, grid)
    >>> found.probability.values[5, [0, 39]].round(3).tolist()
    [0.081, 0.005]
    """
    return _probability(model, prior, features, domain, grid, "absence")


@scorer()
def presence_background(
    model: Model,
    prior: Record,
    features: Annotated[list[Layer], Field(min_length=1)],
    domain: Domain,
    grid: Grid,
) -> Probability:
    """Probability of a system, from odds against a background that may hold some.

    Parameters
    ----------
    model : FittedModel
        Of :mod:`siting.scoring.calibration`.
    prior : record
        Record of a prior: ``prior: NAME.record``.
    features : list of layer
        A layer for each feature of the model, in any order; converted to the model's units.
    domain : (y, x) layer of bool
        Where the probability is asked for.
    grid : GeoBox
        The grid.

    Returns
    -------
    probability : (y, x) layer
        Mean probability that the cell holds a system [1]; NaN where a feature is missing.
    p10, p50, p90 : (y, x) layer
        Percentiles of the probability: how far the prior and the ensemble leave it open [1].
    dissimilarity : (y, x) layer
        Dissimilarity index [1], with its attribute ``threshold``.
    extrapolated : (y, x) layer
        1 where the dissimilarity is above the threshold; there, the probability is given, but
        nothing tested it [1].
    record : record
        Expected cells with a system beside those of the prior, over the domain; shares of the
        area that were capped, or are extrapolated.

    Raises
    ------
    InputError
        LABELS_NATURE for a model of presences and known absences; VALUE_INVALID for a prior that
        is none, or cells without an area; LAYER_EMPTY; MODEL_FEATURES, MODEL_TRAINING.
    PipelineError
        MODEL_KIND for a model that was not calibrated.
    UnitsError
        MODEL_UNITS.

    Notes
    -----
    p = π (n_b/n_p) odds, with odds among n_p presences and n_b cells of background, and π of
    the prior and the area of each cell. It is above 1 where prior and evidence do not fit; it
    is capped there, and told.

    A hundred draws, the same for all cells, pair a density of the prior with a member of the
    ensemble, which has its own fit and its own curve. Totals are from 20,000 cells drawn at
    random where the domain has more.

    References
    ----------
    Ward et al. (2009), Presence-only data and the EM algorithm, Biometrics 65, 554-563.

    Examples
    --------
    >>> import numpy as np
    >>> from geopandas import GeoDataFrame, points_from_xy
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.findings import collect
    >>> from siting.grid import as_layer, make_grid
    >>> from siting.scoring.calibration import logistic
    >>> from siting.scoring.folds import spatial_blocks
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
    >>> hot = as_layer(np.tile(np.linspace(1, 0, 40), (20, 1)), grid, units="1").rename("hot")
    >>> land = as_layer(np.ones((20, 40), dtype=bool), grid)
    >>> rng = np.random.default_rng(0)
    >>> blocks = spatial_blocks("5 degree", "0 km", 4)
    >>> lon, lat = 40 * rng.beta(1, 3, 30), rng.uniform(0, 20, 30)
    >>> known = GeoDataFrame(geometry=points_from_xy(lon, lat, crs=4326))
    >>> model = logistic([hot], known, LogisticRegression(), blocks, land, grid).model
    >>> before = prior_between(1e-3, 4e-3, land, grid)
    >>> with collect() as findings:
    ...     found = presence_background(model, before.record, [hot], land, grid)
    >>> found.probability.values[5, [0, 39]].round(3).tolist()
    [0.067, 0.007]
    """
    return _probability(model, prior, features, domain, grid, "background")


def _probability(
    model: Model,
    prior: Record,
    features: list[Layer],
    domain: Domain,
    grid: Grid,
    nature: Nature,
) -> Probability:
    given = asked(model, prior, features, domain, grid, nature)
    dissimilarity = dissimilarity_of(given, domain, grid)
    beyond = indicator(dissimilarity > given.known.threshold, dissimilarity)
    return Probability(
        *probability_layers(given, domain, grid),
        dissimilarity=dissimilarity,
        extrapolated=beyond.assign_attrs(own={"kind": "boolean"}),
        record=probability_record(given, domain, grid),
    )
