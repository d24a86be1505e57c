"""Tables and features on the disk: Parquet of the same bytes for the same rows."""

from io import BytesIO
from typing import Any

import geopandas as gpd
import pandas as pd
from pyarrow import ArrowException

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
    """The frame of the bytes of a Parquet file, with its attributes.

    Raises
    ------
    MemoryError
        Where there is no memory for the threads that read.
    """
    read = gpd.read_parquet if part["places"] else pd.read_parquet
    try:
        # With threads to decode, Arrow would wait for ever for those that found no memory.
        frame = read(BytesIO(data), use_threads=False, pre_buffer=False)
    except ArrowException as error:
        if "worker thread" not in str(error):
            raise
        raise MemoryError(str(error)) from error
    frame.attrs = part["attrs"]
    return frame
