"""Waves that reach a place along great circles: growth, swell's decay, land and ice in the way."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.build.waves.forcing import PASSAGE_WIDTH, SECTORS, Forcing, Single

RADIUS = 6371.0  # [km]
HEADINGS = 72
BEARINGS = (np.arange(HEADINGS) + 0.5) * 2 * np.pi / HEADINGS  # looked towards, never a meridian
STEPS = np.concatenate([np.full(20, 50.0), np.full(30, 100.0), np.full(55, 200.0)])  # [km]
SUBSTEP = 50.0  # [km], land is looked for at every one
SHELTERED = 60.0  # [km], within it only whole land blocks: the place itself is at sea
WHOLE = -4.0  # logarithm of what passes whole land
SEASON = np.cos(2 * np.pi * (np.arange(12) - 6.5) / 12)  # 1 in the southern winter


@dataclass(frozen=True)
class Parameters:
    """What was fitted.

    `height` scales the developed sea, `growth` and `decay` are the lengths in which waves near it
    from below and above [km], `period` relates the period at birth to the wind [s2 m-1], `stretch`
    is the length in which swell's period doubles [km]; `bias` and `season` are the share by which
    southern winds are raised where ships are few, and its yearly wave.
    """

    height: float
    growth: float
    decay: float
    bias: float
    season: float
    period: float
    stretch: float


@dataclass(frozen=True)
class Step:
    """One step of the rays to some places: fields of shape (place, heading, 1 or month)."""

    length: float
    source: Single
    speed: Single
    few: Single
    passes: Single


@dataclass(frozen=True)
class Sea:
    """Waves at places, (place, month): height [m], energy period [s], direction from [degree]."""

    height: NDArray[np.float64]
    period: NDArray[np.float64]
    direction: NDArray[np.float64]


def steps(field: Forcing, latitude: float, longitude: NDArray[np.float64]) -> Iterator[Step]:
    """Steps of the rays to places of one latitude, the farthest first."""
    flat = {name: getattr(field, name) for name in ("source", "speed", "few", "ice")}
    ends = np.cumsum(STEPS)
    for length, end in zip(STEPS[::-1], ends[::-1], strict=True):
        row, shift, heading = _great_circle(latitude, end - length / 2)
        column = np.floor(longitude[:, None] + 180 + shift).astype(int) % 360
        r = np.minimum((90 - row).astype(int), 179)[None]
        sector = np.round(heading / (2 * np.pi) * SECTORS).astype(int)[None] % SECTORS
        open_ = np.exp(_land(field.passage, latitude, longitude, end - length, length))
        yield Step(
            length,
            flat["source"][sector, r, column],
            flat["speed"][sector, r, column],
            flat["few"][r, column][..., None],
            open_[..., None] * (1 - flat["ice"][r, column]),
        )


def _great_circle(
    latitude: float, distance: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Where each bearing leads: latitude, shift in longitude [degree], heading back [radian]."""
    phi, arc = np.radians(latitude), distance / RADIUS
    sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(BEARINGS)
    far = np.arcsin(np.clip(sine, -1, 1))
    shift = np.arctan2(
        np.sin(BEARINGS) * np.sin(arc) * np.cos(phi), np.cos(arc) - np.sin(phi) * sine
    )
    heading = np.arctan2(
        -np.sin(shift) * np.cos(phi),
        np.cos(far) * np.sin(phi) - np.sin(far) * np.cos(phi) * np.cos(shift),
    )
    return np.degrees(far), np.degrees(shift), heading


def _land(
    passage: Single, latitude: float, longitude: NDArray[np.float64], start: float, length: float
) -> Single:
    """Logarithm of what land leaves over a step, summed over points of it, (place, heading)."""
    total = np.zeros((len(longitude), HEADINGS), "f4")
    for begin in np.arange(start, start + length, SUBSTEP):
        row, shift, _ = _great_circle(latitude, begin + SUBSTEP / 2)
        column = np.floor(2 * (longitude[:, None] + 180 + shift)).astype(int) % 720
        here = passage[np.minimum((2 * (90 - row)).astype(int), 359)[None], column]
        near = begin < SHELTERED
        total += np.where((here > WHOLE) & near, 0, here) * np.float32(SUBSTEP / PASSAGE_WIDTH)
    return total


def march(way: Iterator[Step] | list[Step], p: Parameters) -> Sea:
    """Waves at the end of the way.

    Energy nears the developed sea from below within `growth` and from above within `decay`. The
    period of what grows is that of a young sea (a quarter power of its age); that of what decays
    is stretched.
    """
    energy, period = np.float32(0), np.float32(4)
    for step in way:
        gain = 1 + step.few * np.float32(p.bias) + step.few * (p.season * SEASON).astype("f4")
        full = step.source * np.float32(p.height**2 / HEADINGS) * gain**4
        came = energy * step.passes
        grows = full > came
        rate = np.where(
            grows, np.float32(np.exp(-step.length / p.growth)),
            np.float32(np.exp(-step.length / p.decay)),
        )  # fmt: skip
        energy = full + (came - full) * rate
        energy *= step.passes > 0.05
        safe = np.maximum(energy, np.float32(1e-12))
        age = np.sqrt(np.sqrt(np.minimum(safe / np.maximum(full, 1e-12), 1)))
        born = np.float32(p.period) * step.speed * gain * age
        young = (came * period + (energy - came) * born) / safe
        old = period * (
            1 + np.float32(step.length / p.stretch) * (1 - full / np.maximum(came, safe))
        )
        period = np.clip(np.where(grows, young, old), 1, 25)
    return _sea(energy, period)


def _sea(energy: Single, period: Single) -> Sea:
    total = np.maximum(energy.sum(axis=1, dtype=float), 1e-9)
    east = np.einsum("phm,h->pm", energy, np.sin(BEARINGS))
    north = np.einsum("phm,h->pm", energy, np.cos(BEARINGS))
    return Sea(
        np.sqrt(total),
        (energy * period).sum(axis=1, dtype=float) / total,
        np.degrees(np.arctan2(east, north)) % 360,
    )
