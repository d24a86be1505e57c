"""Tables of costs in one currency and year: no year is refused, another year is converted."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from siting.errors import InputError
from siting.findings import warn
from siting.io import yaml
from siting.io.formats import StrPath, local_file
from siting.io.table import read_table
from siting.wording import counted

COLUMNS = ("parameter", "value", "low", "high", "unit", "dollar_year", "source")
_NUMBERS = ("value", "low", "high")
OPTIONAL = ("status", "note")  # kept where the table has them
_CURRENCY = re.compile(r"(?<![A-Za-z])[kMB]?(USD|EUR|GBP|JPY|AUD|CAD|CNY|INR|NZD|CHF|\$|€|£)")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}


class PriceIndex(NamedTuple):
    """Level of prices by year, in one currency."""

    currency: str
    source: str
    levels: dict[int, float]


def price_index() -> PriceIndex:
    """The index of ``data/price_index.yaml``.

    Examples
    --------
    >>> round(price_index().levels[2024] / price_index().levels[2022], 4)
    1.0719
    """
    here = Path(__file__).parents[1]
    packaged = here / "_data" / "price_index.yaml"
    path = packaged if packaged.exists() else here.parent / "data" / "price_index.yaml"
    content: dict[str, Any] = yaml.read(path).data
    levels = {int(year): float(level) for year, level in content["index"].items()}
    return PriceIndex(content["currency"], content["source"], levels)


def read_costs(path: StrPath, year: int, *, index: PriceIndex | None = None) -> pd.DataFrame:
    """Costs by parameter, money in the prices of one year.

    Parameters
    ----------
    path : path-like
        Table with the columns parameter, value, low, high, unit, dollar_year and source.
    year : int
        Year whose prices are wanted.
    index : PriceIndex, optional
        Prices by year; consumer prices of the United States by default.

    Returns
    -------
    pandas.DataFrame
        As :func:`costs_of` gives them.

    Raises
    ------
    InputError
        COLUMN_MISSING, ID_DUPLICATE, COST_YEAR_MISSING, COST_YEAR_UNKNOWN, COST_INVALID,
        COST_CURRENCY.
    """
    file = local_file(path)
    return costs_of(read_table(file), year, where=str(file), index=index)


def costs_of(
    table: pd.DataFrame, year: int, *, where: str, index: PriceIndex | None = None
) -> pd.DataFrame:
    """Costs by parameter, money in the prices of one year, from a table that was read.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns parameter, value, low, high, unit, dollar_year and source; status and note are
        kept where there are any.
    year : int
        Year whose prices are wanted.
    where : str
        What the table is called in errors.
    index : PriceIndex, optional
        Prices by year; consumer prices of the United States by default.

    Returns
    -------
    pandas.DataFrame
        Rows by parameter, with value, low, high, unit, currency, dollar_year, source,
        ``converted_from``, the year of the table where prices were converted, and status and
        note if the table has them; its ``attrs`` are those of the table.

    Raises
    ------
    InputError
        As :func:`read_costs`.

    Examples
    --------
    >>> row = {"parameter": ["hull"], "value": [2.0], "low": [1.0], "high": [3.0], "unit": ["USD"]}
    >>> table = pd.DataFrame({**row, "dollar_year": [2024], "source": ["a yard"]})
    >>> float(costs_of(table, 2024, where="yard.csv").loc["hull", "value"])
    2.0
    """
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise InputError(
            "COLUMN_MISSING", "a table of costs lacks columns", where=where,
            found=", ".join(map(str, table.columns)), wanted=", ".join(lacking),
        )  # fmt: skip
    costs = table[[*COLUMNS, *(name for name in OPTIONAL if name in table.columns)]].copy()
    _check_rows(costs, where)
    costs["currency"] = [currency_of(str(unit)) for unit in costs["unit"]]
    years = pd.to_numeric(costs["dollar_year"], errors="coerce")
    money = costs["currency"] != ""
    _check_years(costs[money & years.isna()], where)
    other = money & (years != year)
    costs["converted_from"] = years.where(other).astype("Int64")
    for row in costs.index[other]:
        factor = _factor(costs.loc[row], int(years[row]), year, index or price_index(), where)
        costs.loc[row, ["value", "low", "high"]] *= factor
    costs["dollar_year"] = years.where(~money, year).astype("Int64")
    _tell(costs, year, index or price_index(), where)
    return costs.set_index("parameter")


def currency_of(unit: str) -> str:
    """Currency in a unit of cost; empty where it is no money.

    Examples
    --------
    >>> currency_of("M USD/rack"), currency_of("EUR/kWh"), currency_of("acre/MW"), currency_of("$")
    ('USD', 'EUR', '', 'USD')
    """
    found = _CURRENCY.search(unit)
    return _SIGNS.get(found[1], found[1]) if found else ""


def _invalid(row: Any, what: str, file: str) -> InputError:
    """Error for a row without a number, or with numbers that are out of order."""
    numbers = (f"{name} {'empty' if pd.isna(row[name]) else f'{row[name]:g}'}" for name in _NUMBERS)
    return InputError(
        "COST_INVALID", f"a cost {what}", where=f"{file}: {row['parameter']}",
        found=", ".join(numbers), wanted="at least one number, with low <= value <= high",
        fix="compare the row with its source, and correct it",
    )  # fmt: skip


def _check_rows(costs: pd.DataFrame, file: str) -> None:
    repeated = costs["parameter"][costs["parameter"].duplicated()]
    if not repeated.empty:
        raise InputError(
            "ID_DUPLICATE", "a parameter stands twice", where=file, found=repeated.iloc[0],
            fix="keep one of the two",
        )  # fmt: skip
    for name in _NUMBERS:
        costs[name] = pd.to_numeric(costs[name], errors="coerce").astype(float)
    empty = costs[costs[list(_NUMBERS)].isna().all(axis=1)]
    upside = costs[(costs["low"] > costs["value"]) | (costs["value"] > costs["high"])]
    for bad, what in ((empty, "has no number"), (upside, "lies outside of its low and high")):
        if not bad.empty:
            raise _invalid(bad.iloc[0], what, file)
    silent = costs[costs["source"].isna() | (costs["source"].astype(str).str.strip() == "")]
    if not silent.empty:
        warn(
            "COST_SOURCE_MISSING",
            "costs without a source",
            where=file,
            found=", ".join(silent["parameter"].head(5)),
            fix="name where each comes from",
        )


def _check_years(rows: pd.DataFrame, file: str) -> None:
    if rows.empty:
        return
    raise InputError(
        "COST_YEAR_MISSING",
        "a cost does not say of which year its money is",
        where=file,
        found=f"{counted(len(rows), 'row')}: {', '.join(rows['parameter'].head(5))}",
        wanted="a dollar_year in every row that holds money",
        fix="look the year up in the source",
    )


def _factor(row: Any, have: int, want: int, index: PriceIndex, file: str) -> float:
    where = f"{file}: {row['parameter']}"
    if row["currency"] != index.currency:
        raise InputError(
            "COST_CURRENCY",
            "the price index is of another currency",
            where=where,
            found=f"{row['currency']} of {have}",
            wanted=f"{index.currency}, or {row['currency']} of {want}",
            fix="convert the row to the year that is wanted, and say how in its source",
        )
    lacking = [year for year in (have, want) if year not in index.levels]
    if lacking:
        raise InputError(
            "COST_YEAR_UNKNOWN",
            f"the price index does not know the year {lacking[0]}",
            where=where,
            found=f"a cost of {have}, wanted in prices of {want}",
            wanted=f"years from {min(index.levels)} to {max(index.levels)}",
            fix="bring an index that holds both years, or another year",
        )
    return index.levels[want] / index.levels[have]


def _tell(costs: pd.DataFrame, year: int, index: PriceIndex, file: str) -> None:
    count = int(costs["converted_from"].notna().sum())
    if count:
        warn(
            "COST_YEAR_CONVERTED",
            f"costs of other years are brought to prices of {year}",
            where=file,
            found=f"{count} of {counted(len(costs), 'row')}, by {index.source}",
            severity="note",
        )
