"""Figures as SVG: one style, the same bytes for the same figure, and no text that is code."""

import base64
import io
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.style import context

WIDTH = 7.1  # [inch] of the text on A4 paper
INK = "#16191d"
SOFT = "#5b6570"
FAINT = "#c4cad1"
# Okabe & Ito (2008), told apart by all eyes; line styles and markers say the same in grey.
INDEX, BASELINE, LEARNED = "#0072b2", "#d55e00", "#009e73"

STYLE = {
    "svg.hashsalt": "siting",  # ids within the file, otherwise random
    "svg.fonttype": "path",  # looks alike wherever it is opened
    "text.parse_math": False,  # names may hold a dollar sign
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8.5,
    "axes.linewidth": 0.6,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "grid.color": "#e3e7eb",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "axes.unicode_minus": True,
}


@contextmanager
def drawing() -> Iterator[None]:
    """The report's style, whatever the reader's own settings of matplotlib are."""
    with context(STYLE, after_reset=True), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the page beside it has the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def data_uri(figure: Figure) -> str:
    """A figure as an SVG in a data URI."""
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes with margins in inches, so that text keeps its place whatever the height."""
    width, height = figure.get_size_inches()
    across, down = width - left - right, height - bottom - top
    return figure.add_axes((left / width, bottom / height, across / width, down / height))


def short(text: str, most: int = 30) -> str:
    r"""Text that fits into a figure: one line, nothing that breaks an SVG.

    Examples
    --------
    >>> short("near\nvolcano\x00", 30), short("a" * 40, 5)
    ('near volcano', 'aaaa…')
    """
    plain = "".join(" " if _breaks(sign) else sign for sign in text)
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _breaks(sign: str) -> bool:
    """Whether a sign is a control, a lone surrogate, or turns the direction of writing."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Cn", "Co")
