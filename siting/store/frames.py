"""Tables and features on the disk: Parquet of the same bytes for the same rows."""

from io import BytesIO
from typing import Any

import geopandas as gpd
import pandas as pd

from siting.errors import StorageError


def describe(frame: pd.DataFrame) -> dict[str, Any]:
    """What is kept of a frame besides its rows: attributes, and whether it has places."""
    return {"attrs": dict(frame.attrs), "places": isinstance(frame, gpd.GeoDataFrame)}


def encode(name: str, frame: pd.DataFrame) -> bytes:
    """Parquet of a frame, GeoParquet where it has places; without its attributes.

    Raises
    ------
    StorageError
        Where a column cannot be a column of Parquet, as one with numbers and text mixed.
    """
    plain = frame.copy(deep=False)
    plain.attrs = {}
    buffer = BytesIO()
    try:
        plain.to_parquet(buffer, compression="zstd")
    except (TypeError, ValueError, NotImplementedError) as error:  # pyarrow raises these
        raise StorageError(
            "FRAME_NOT_STORABLE", "a table has a column that cannot be stored", where=name,
            found=str(error), wanted="one type in each column",
        ) from error  # fmt: skip
    return buffer.getvalue()


def decode(data: bytes, part: dict[str, Any]) -> pd.DataFrame:
    """The frame of the bytes of a Parquet file, with its attributes."""
    stream = BytesIO(data)
    frame = gpd.read_parquet(stream) if part["places"] else pd.read_parquet(stream)
    frame.attrs = part["attrs"]
    return frame
