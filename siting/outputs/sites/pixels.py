"""Figures as small pictures of pixels: sixty of them as SVG would make a page of six megabytes."""

import base64
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from siting.outputs.report.page import Picture

CSS_PIXELS = 96  # an inch
FINENESS = 2  # pixels to a pixel of CSS: sharp on phones and on paper
COLOURS = 256  # of a picture; more than lines, fills and the edges of text need


def picture(figure: Figure, text: str) -> Picture:
    """A figure as a PNG in a data URI, with its text for those who do not see it."""
    width, height = (round(CSS_PIXELS * inches) for inches in figure.get_size_inches())
    return Picture(_uri(figure), text, width, height)


def _uri(figure: Figure) -> str:
    figure.set_dpi(CSS_PIXELS * FINENESS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib has no hints here
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    drawn = Image.fromarray(pixels).convert("RGB")
    octree = Image.Quantize.FASTOCTREE  # the default turned orange into brown, and took longer
    small = drawn.quantize(COLOURS, method=octree, dither=Image.Dither.NONE)
    # The octree's white is 254; the paper around the picture is 255.
    small.putpalette([255 if part >= 253 else part for part in small.getpalette() or []])
    stream = io.BytesIO()
    small.save(stream, "PNG", compress_level=9)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
