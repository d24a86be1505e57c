"""Wells and cheaper looks, one after the other: what finds a system, and what it costs until then.

Existence and success are two probabilities. A system is there with probability pi, the same for
every try at one place; a try finds what is there with probability h. However often an empty place
is tried, it stays empty.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import InputError

Floats = NDArray[np.float64]


class Rung(NamedTuple):
    """One kind of look: a desk study, holes for the gradient, a slim hole, a full well.

    Attributes
    ----------
    cost : numpy.ndarray
        Of one try [MUSD].
    tries : numpy.ndarray
        At most; the first that speaks for a system ends the rung [1].
    hit : numpy.ndarray
        Chance that a try speaks for a system that is there [1].
    false : numpy.ndarray
        Chance that it speaks for one that is not [1]; 0 for a full well.
    """

    cost: Floats
    tries: Floats
    hit: Floats
    false: Floats


class Programme(NamedTuple):
    """What a ladder costs and finds where there is a system, and where there is none.

    Attributes
    ----------
    finds : numpy.ndarray
        Chance that a system that is there is found [1].
    spend_present, spend_absent : numpy.ndarray
        Expected cost where there is one and where there is none [MUSD].
    spend_found : numpy.ndarray
        Expected cost where there is one and it is found [MUSD].
    wells_present, wells_absent : numpy.ndarray
        Expected tries of the last rung [1].
    """

    finds: Floats
    spend_present: Floats
    spend_absent: Floats
    spend_found: Floats
    wells_present: Floats
    wells_absent: Floats


def _probability(value: ArrayLike, name: str) -> Floats:
    given = np.asarray(value, dtype=float)
    if not ((given >= 0) & (given <= 1) | np.isnan(given)).all():
        raise InputError(
            "VALUE_INVALID", "a probability lies outside 0 to 1", where=f"ladder.{name}",
            found=f"{np.nanmin(given):g} to {np.nanmax(given):g}", wanted="from 0 to 1",
        )  # fmt: skip
    return given


def passed(chance: ArrayLike, tries: ArrayLike) -> Floats:
    """Chance that at least one of some tries succeeds [1].

    Examples
    --------
    >>> round(float(passed(0.6, 3)), 3)
    0.936
    """
    return np.asarray(1 - (1 - _probability(chance, "chance")) ** np.asarray(tries, dtype=float))


def expected_tries(chance: ArrayLike, tries: ArrayLike) -> Floats:
    """Expected number of tries when the first success or the last try ends them [1].

    Examples
    --------
    >>> float(expected_tries(0.6, 3).round(3)), float(expected_tries(0.0, 3))
    (1.56, 3.0)
    """
    p, n = np.broadcast_arrays(_probability(chance, "chance"), np.asarray(tries, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p > 0, passed(p, n) / p, n)


def tries_until_success(chance: ArrayLike, tries: ArrayLike) -> Floats:
    """Expected number of tries given that one of them succeeds [1]; the last where none can.

    Examples
    --------
    >>> round(float(tries_until_success(0.6, 3)), 4)
    1.4615
    """
    p, n = np.broadcast_arrays(_probability(chance, "chance"), np.asarray(tries, dtype=float))
    reached = passed(p, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of all expected tries, n (1 - p)^n belong to the case in which all fail.
        mean = (expected_tries(p, n) - n * (1 - reached)) / reached
    return np.where(reached > 0, mean, n)


def discovery(existence: ArrayLike, hit: ArrayLike, tries: ArrayLike) -> Floats:
    """Probability that wells at one place find a system [1].

    Parameters
    ----------
    existence : array-like
        Probability that there is one [1].
    hit : array-like
        Chance that a well finds what is there [1].
    tries : array-like
        Wells at most.

    Notes
    -----
    pi (1 - (1 - h)^K).

    Examples
    --------
    >>> round(float(discovery(0.2, 0.6, 3)), 4)
    0.1872
    """
    return _probability(existence, "existence") * passed(hit, tries)


def expected_wells(existence: ArrayLike, hit: ArrayLike, tries: ArrayLike) -> Floats:
    """Expected number of wells at one place, the first success ending them [1].

    Notes
    -----
    Sum over k below K of (1 - pi) + pi (1 - h)^k.

    Examples
    --------
    >>> round(float(expected_wells(0.2, 0.6, 3)), 3)
    2.712
    """
    pi = _probability(existence, "existence")
    return np.asarray(pi * expected_tries(hit, tries) + (1 - pi) * np.asarray(tries, dtype=float))


def wells_per_discovery(existence: ArrayLike, hit: ArrayLike, tries: ArrayLike) -> Floats:
    """Wells that are drilled for each discovery, over many such places [1].

    Examples
    --------
    Not the 1/0.2 = 5 of an assumption that every well has the same chance anew:

    >>> round(float(wells_per_discovery(0.2, 0.6, 3)), 1)
    14.5
    """
    with np.errstate(divide="ignore"):
        return np.asarray(expected_wells(existence, hit, tries) / discovery(existence, hit, tries))


def posterior(existence: ArrayLike, hit: ArrayLike, dry: ArrayLike) -> Floats:
    """Probability that there is a system after some dry wells [1].

    Parameters
    ----------
    existence : array-like
        Before them [1].
    hit : array-like
        Chance that a well finds what is there [1].
    dry : array-like
        Wells that found nothing.

    Examples
    --------
    >>> float(posterior(0.2, 0.6, 1).round(4)), float(posterior(0.2, 0.6, 3).round(4))
    (0.0909, 0.0157)
    """
    pi = _probability(existence, "existence")
    missed = (1 - _probability(hit, "hit")) ** np.asarray(dry, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(pi * missed / (pi * missed + 1 - pi))


def programme(rungs: list[Rung]) -> Programme:
    """What a ladder of looks costs and finds; a rung that speaks against a system ends it.

    Parameters
    ----------
    rungs : list of Rung
        In their order; figures by draw, or single ones.

    Raises
    ------
    InputError
        VALUE_INVALID for a probability outside of 0 to 1.

    Examples
    --------
    One rung of three full wells of 5 MUSD, at a place with probability .2:

    >>> wells = Rung(np.array(5.0), np.array(3.0), np.array(0.6), np.array(0.0))
    >>> found = programme([wells])
    >>> round(float(0.2 * found.finds), 4)
    0.1872
    >>> round(float(0.2 * found.spend_present + 0.8 * found.spend_absent) / 5, 3)
    2.712
    """
    present = absent = np.array(1.0)
    spend_present = spend_absent = spend_found = np.array(0.0)
    wells = (np.array(0.0), np.array(0.0))
    for rung in rungs:
        wells = (
            present * expected_tries(rung.hit, rung.tries),
            absent * expected_tries(rung.false, rung.tries),
        )
        spend_present = spend_present + rung.cost * wells[0]
        spend_absent = spend_absent + rung.cost * wells[1]
        spend_found = spend_found + rung.cost * tries_until_success(rung.hit, rung.tries)
        present = present * passed(rung.hit, rung.tries)
        absent = absent * passed(rung.false, rung.tries)
    return Programme(present, spend_present, spend_absent, spend_found, *wells)


def walk(rungs: list[Rung], names: list[str], existence: float) -> list[dict[str, float | str]]:
    """The ladder rung by rung at one place, as rows.

    Parameters
    ----------
    rungs : list of Rung
        Single figures.
    names : list of str
        Of the rungs.
    existence : float
        Probability that there is a system before any look [1].

    Returns
    -------
    list of dict
        ``rung``; ``reached`` [1], the chance that the programme gets there; ``tries``, expected
        there; ``cost`` of them [MUSD]; ``existence`` [1], the probability of a system once the
        rung spoke for one; ``existence_if_not``, once it spoke against.

    Examples
    --------
    >>> wells = Rung(np.array(5.0), np.array(3.0), np.array(0.6), np.array(0.0))
    >>> row = walk([wells], ["production"], 0.2)[0]
    >>> round(row["existence"], 2), round(row["existence_if_not"], 4)
    (1.0, 0.0157)
    """
    present, absent = existence, 1 - existence
    rows: list[dict[str, float | str]] = []
    for rung, name in zip(rungs, names, strict=True):
        speaks = (float(passed(rung.hit, rung.tries)), float(passed(rung.false, rung.tries)))
        tries = present * float(expected_tries(rung.hit, rung.tries))
        tries += absent * float(expected_tries(rung.false, rung.tries))
        against = present * (1 - speaks[0]) + absent * (1 - speaks[1])
        if_not = present * (1 - speaks[0]) / against if against > 0 else 0.0
        reached = present + absent
        present, absent = present * speaks[0], absent * speaks[1]
        after = present / (present + absent) if present + absent > 0 else 0.0
        rows.append(
            {
                "rung": name,
                "reached": reached,
                "tries": tries,
                "cost": tries * float(rung.cost),
                "existence": after,
                "existence_if_not": if_not,
            }
        )
    return rows
