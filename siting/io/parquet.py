"""Parquet files, once their values agree with what the file says of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siting.io.formats import reading


def read_parquet(path: Path) -> pa.Table:
    """Table of a Parquet file, whose least and greatest values are those that the file states.

    Bytes that changed on a disk or on the way are still numbers. Checksums of pages are seldom
    written, but least and greatest values nearly always are.

    Raises
    ------
    InputError
        FILE_CORRUPT.
    """
    with reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        # Where there is no memory for threads of its own, Arrow waits for them for ever.
        groups = [
            file.read_row_group(number, use_threads=False) for number in range(file.num_row_groups)
        ]
        for number, group in enumerate(groups):
            _check_group(group, file.metadata.row_group(number), file.schema)
        return pa.concat_tables(groups) if groups else file.read()


def _check_group(group: pa.Table, stated: Any, schema: Any) -> None:
    """Refuse values that are not between those that a row group states."""
    names = set(group.column_names)
    for number in range(stated.num_columns):
        column = stated.column(number)
        kind = schema.column(number).physical_type
        if column.physical_type != kind:  # to ask for its statistics would end the process
            raise ValueError(f"'{column.path_in_schema}' is {kind} and {column.physical_type}")
        statistics = column.statistics
        if column.path_in_schema not in names or statistics is None:
            continue
        values = group[column.path_in_schema]
        if statistics.has_null_count and statistics.null_count != values.null_count:
            raise ValueError(f"{values.null_count} nulls in '{column.path_in_schema}'")
        if statistics.has_min_max:
            _check_extremes(column.path_in_schema, values, statistics)


def _check_extremes(name: str, values: pa.ChunkedArray, statistics: Any) -> None:
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if not (numeric or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return
    if pa.types.is_floating(kind):
        values = pc.drop_null(pc.if_else(pc.is_nan(values), None, values))  # NaN is never counted
    found = pc.min_max(values)
    least, greatest = found["min"].as_py(), found["max"].as_py()
    if least is None:
        return
    if not numeric:  # a writer may cut long texts
        low, high = str(statistics.min), str(statistics.max)
        whole = least[: len(low)] >= low and greatest[: len(high)] <= high
    else:
        whole = bool(np.isclose(least, statistics.min, rtol=1e-12, atol=0)) and bool(
            np.isclose(greatest, statistics.max, rtol=1e-12, atol=0)
        )
    if not whole:
        raise ValueError(
            f"'{name}' holds {least!r} to {greatest!r}, but the file states "
            f"{statistics.min!r} to {statistics.max!r}"
        )
