"""Tables of quantiles against every draw, and what has to hold whatever the draws."""

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.io.costs import read_costs
from siting.kernels.geothermal import drivers, quantiles, sampling
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import PLACE_FIGURES, RISK_FIGURES, Model
from siting.sources.catalogue import catalogue

NAMES = (*PLACE_FIGURES, *RISK_FIGURES)
COSTS = read_costs(catalogue()["costs_geothermal"].path, 2025)


def model(draws: int = 256, log_odds_sd: float = 0.5, kind: str = "hydrothermal") -> Model:
    return Model(quantiles.KINDS[kind], sampling.sample(COSTS, draws), 80.0, log_odds_sd)


def places(*means: float, sd: float = 15.0, depth: float = 2000.0) -> Places:
    mean = np.array(means)
    return Places(*(np.broadcast_to(np.asarray(each, float), mean.shape).copy()
                    for each in (mean, sd, depth, 15.0, -1.0)))  # fmt: skip


def figure(found: quantiles.Figures, name: str) -> np.ndarray:
    if name in PLACE_FIGURES:
        return found.place[:, PLACE_FIGURES.index(name)]
    return found.risk[:, :, RISK_FIGURES.index(name)]


def test_tabulated_quantiles_are_those_of_the_draws() -> None:
    rng = np.random.default_rng(2)
    cells = Places(rng.uniform(130, 260, 40), rng.uniform(8, 30, 40), np.full(40, 2000.0),
                   rng.uniform(5, 25, 40), np.full(40, -1.0))  # fmt: skip
    existence = rng.uniform(0.03, 0.7, 40)
    table = quantiles.build(model(), cells, existence).figures(cells, existence)
    true = quantiles.exact(model(), cells, existence[:, None])
    for name in ("conditional_p50", "risked_p10", "risked_p50", "net_p50", "wells", "success"):
        exactly = figure(true, name).reshape(-1)
        off = np.log(table[:, NAMES.index(name)] / exactly)
        assert np.sqrt((off**2).mean()) < 0.03, name


def test_cells_on_nodes_are_served_exactly_and_alone_as_among_others() -> None:
    one, many = places(150.0, sd=10.0), places(150.0, 170.0, 210.0, sd=10.0)
    chance = np.array([0.1, 0.3, 0.85])
    alone = quantiles.build(model(), one, chance[:1]).figures(one, chance[:1])
    among = quantiles.build(model(), many, chance).figures(many, chance)
    np.testing.assert_allclose(alone[0], among[0], rtol=1e-5)
    true = quantiles.exact(model(), one, chance[:1, None])
    np.testing.assert_allclose(alone[0, :7], true.place[0], rtol=1e-5)
    np.testing.assert_allclose(alone[0, 7:], true.risk[0, 0], rtol=1e-5)


def test_order_and_bounds_of_what_comes_out() -> None:
    chances = np.array([[0.02, 0.2, 0.8]] * 3)
    found = quantiles.exact(model(), places(120.0, 180.0, 250.0), chances)
    for name in ("net", "conditional"):
        low, mid, high = (figure(found, f"{name}_p{rank}") for rank in (10, 50, 90))
        assert ((low < mid) & (mid < high)).all()
    risked = figure(found, "risked_p50")
    assert (np.diff(risked, axis=1) < 0).all()  # the likelier, the less is lost
    assert (risked > figure(found, "conditional_p50")[:, None]).all()
    success, below = figure(found, "success"), figure(found, "below_target")
    assert ((success > 0) & (success < chances) & (below <= success)).all()
    assert (np.diff(figure(found, "wells_per_discovery"), axis=1) < 0).all()
    assert (figure(found, "loss") > 0).all()


def test_a_sure_thing_loses_little() -> None:
    # Existence 1: what is lost is that wells may miss what is there.
    found = quantiles.exact(model(log_odds_sd=0.0), places(230.0), np.array([[1.0]]))
    ratio = figure(found, "risked_p50")[0, 0] / figure(found, "conditional_p50")[0]
    assert 1 < ratio < 1.15


def test_rock_too_cold_has_no_cost_and_no_chance() -> None:
    found = quantiles.exact(model(), places(50.0), np.array([[0.5]]))
    assert np.isnan(figure(found, "risked_p50")).all()
    assert figure(found, "success")[0, 0] == 0
    assert figure(found, "loss")[0, 0] > 0


@pytest.mark.parametrize("kind", list(quantiles.KINDS))
def test_the_widest_beliefs_at_the_ends_of_the_world_are_borne(kind: str) -> None:
    # Draws far below freezing and far above the critical point, in polar and desert air.
    mean, sd, surface = (each.ravel() for each in np.meshgrid(
        [40.0, 150.0, 400.0, 620.0], [0.0, 110.0], [-30.0, 45.0]
    ))  # fmt: skip
    size = -1.0 if kind == "hydrothermal" else 10.0
    for depth in (250.0, 12_000.0):
        same = np.full(mean.shape, depth)
        cells = Places(mean, sd, same, surface, np.full(mean.shape, size))
        chances = np.broadcast_to([1e-5, 1.0], (len(mean), 2))
        found = quantiles.exact(model(draws=64, kind=kind), cells, chances)
        assert ((figure(found, "success") >= 0) & (figure(found, "success") <= 1)).all()
        cost = figure(found, "risked_p50")
        assert (cost[np.isfinite(cost)] > 0).all()


def test_not_known_is_served_as_not_known() -> None:
    cells, chance = places(150.0, np.nan, 200.0), np.array([0.2, 0.2, np.nan])
    table = quantiles.build(model(), cells, chance)
    found = table.figures(cells, chance)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1:]).all()


def test_belief_is_mixed_before_quantiles_are_taken() -> None:
    def width(sd: float) -> float:
        found = quantiles.exact(model(log_odds_sd=sd), places(180.0), np.array([[0.01]]))
        return float(figure(found, "risked_p90")[0, 0] / figure(found, "risked_p10")[0, 0])

    assert width(1.0) > width(0.0) * 1.1


def test_draws_are_in_powers_of_two_and_repeat() -> None:
    with pytest.raises(InputError, match="VALUE_INVALID"):
        sampling.sample(COSTS, 1000)
    one, two = sampling.sample(COSTS, 64), sampling.sample(COSTS, 64)
    np.testing.assert_array_equal(one.prices["plant.factor"], two.prices["plant.factor"])


def test_a_table_without_a_row_says_which() -> None:
    short = COSTS.drop(index="hydrothermal.flow")
    lacking = Model(quantiles.HYDROTHERMAL, sampling.sample(short, 64), 80.0, 0.5)
    with pytest.raises(InputError, match=r"(?s)COST_MISSING.*hydrothermal\.flow"):
        quantiles.exact(lacking, places(150.0), np.array([[0.2]]))


def test_drivers_are_those_that_vary() -> None:
    frozen = COSTS.copy()
    frozen[["low", "high"]] = np.nan
    frozen.loc["plant.factor", ["low", "high"]] = [0.5, 3.0]
    m = Model(quantiles.HYDROTHERMAL, sampling.sample(frozen, 512), 80.0, 0.0)
    rows = drivers.tornado(m, places(200.0, sd=0.0), 0.9, drivers.statuses(frozen))
    shares = {row["input"]: row["share"] for row in rows}
    assert set(shares) <= {"plant.factor", "power density"}
    assert sum(shares.values()) == pytest.approx(1, abs=0.1)
    plant = next(row for row in rows if row["input"] == "plant.factor")
    assert plant["low"] < plant["high"]
    assert plant["status"] == "assumed"


def test_every_assumed_row_is_marked_and_has_a_note() -> None:
    table = pd.read_csv(catalogue()["costs_geothermal"].path)
    assert set(table["status"]) <= {"assumed", "derived"}
    assert table["note"].notna().all()
    assert (table.loc[table["parameter"].str.startswith("superhot"), "status"] == "assumed").all()
