"""Steps of time by the CF conventions: when they are, how long they last, what is odd of them."""

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.io.time_axis import CIVIL_YEAR, DAY, TimeAxis, is_time, time_axis, zone_offset
from siting.io.time_checks import check_order, check_seasons, check_steps

MILLENNIUM = 946_684_800.0  # 2000-01-01 in seconds since 1970-01-01: 30 years, 7 leap days
MONTH_STARTS = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])  # of a leap year


def axis_of(values, units: str, edges=None, **attrs) -> TimeAxis:
    dataset = xr.Dataset(coords={"time": ("time", np.asarray(values), {"units": units, **attrs})})
    if edges is not None:
        dataset["time_bnds"] = (("time", "two"), np.asarray(edges, dtype=float))
    return time_axis(dataset, "time", "a.nc: time")


def first(units: str, **attrs) -> float:
    return float(axis_of([0.0], units, **attrs).seconds[0])


def days(*values: float, year: float = CIVIL_YEAR, start: float = MILLENNIUM, **more) -> TimeAxis:
    return TimeAxis("a.nc", start + DAY * np.array(values, dtype=float), year, **more)


# --- when the steps are --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "seconds"),
    [
        ("days since 2000-01-01", MILLENNIUM),
        ("hours since 1970-1-2", DAY),
        ("hours since 1970-01-02T03:04:05.5Z", DAY + 3 * 3600 + 4 * 60 + 5.5),
        ("hours since 1970-01-01 05:30 +05:30", 0.0),
        ("hours since 1970-01-01 00:00:00 -8", 8 * 3600.0),
        ("hours since 1970-01-01 24:00", DAY),
        ("days since 1969-12-31", -DAY),
        ("days since 1-1-1", -719_162 * DAY),  # as datetime.date(1970, 1, 1).toordinal() - 1
        ("days since -1-01-01", -(719_162 + 366 + 365) * DAY),  # the year 0 is a leap year
    ],
)
def test_the_epoch_is_read(units, seconds) -> None:
    assert first(units) == seconds


@pytest.mark.parametrize(
    ("word", "length"),
    [
        ("s", 1), ("secs", 1), ("seconds", 1), ("min", 60), ("minutes", 60), ("h", 3600),
        ("hrs", 3600), ("hours", 3600), ("d", DAY), ("Days", DAY), ("weeks", 7 * DAY),
        ("ms", 1e-3), ("milliseconds", 1e-3), ("microseconds", 1e-6), ("ns", 1e-9),
    ],
)  # fmt: skip
def test_units_of_time(word, length) -> None:
    assert axis_of([0.0, 2.0], f"{word} since 1970-01-01").seconds.tolist() == [0, 2 * length]


@pytest.mark.parametrize(
    ("calendar", "date", "number", "year"),
    [
        ("360_day", "1971-02-03", 360 + 30 + 2, 360),
        ("noleap", "1972-03-02", 2 * 365 + 31 + 28 + 1, 365),
        ("all_leap", "1971-01-01", 366, 366),
        ("365_day", "1970-12-31", 364, 365),
        ("Gregorian", "1972-03-02", 2 * 365 + 31 + 29 + 1, CIVIL_YEAR),
        ("none", "1970-01-11", 10, CIVIL_YEAR),
    ],
)
def test_calendars_count_their_own_days(calendar, date, number, year) -> None:
    axis = axis_of([0.0], f"days since {date}", calendar=calendar)
    assert (axis.seconds[0], axis.year) == (number * DAY, year)


def test_the_days_before_each_month() -> None:
    dates = [f"days since 1970-{month:02d}-01" for month in range(1, 13)]
    found = [first(each, calendar="noleap") / DAY for each in dates]
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
    assert found == [0, *np.cumsum(lengths)]


def test_months_of_a_calendar_are_its_own() -> None:
    with collect() as findings:
        axis = axis_of([1.0], "months since 1970-01-01", calendar="360_day")
    assert axis.seconds[0] == 30 * DAY
    assert findings == []


@pytest.mark.parametrize(
    ("units", "values", "dates"),
    [
        ("months since 2000-01-01", range(12), MONTH_STARTS),
        ("month since 1999-11-01 00:00", (3, 4, 5), MONTH_STARTS[1:4]),
        ("months since 2001-01-01", (-12, -11), MONTH_STARTS[:2]),
        ("years since 2000-01-01", (0, 1, 5), (0, 366, 366 + 4 * 365 + 1)),
    ],
)
def test_whole_months_begin_with_those_of_the_calendar(units, values, dates) -> None:
    with collect() as findings:
        axis = axis_of(list(values), units)
    assert ((axis.seconds - MILLENNIUM) / DAY).tolist() == list(dates)
    assert [(each.code, each.severity, each.where) for each in findings] == [
        ("CALENDAR", "note", f"a.nc: time: {units}")
    ]
    assert "months of the calendar" in findings[0].message


@pytest.mark.parametrize(
    ("units", "value", "length", "attrs"),
    [
        ("months since 2000-01-01", 0.5, 365.2425 / 12, {}),
        ("months since 2000-01-15", 2, 365.2425 / 12, {}),
        ("years since 2000-01-01", 1.3, 365.2425, {}),
        ("months since 2000-01-01", 7, 365 / 12, {"calendar": "noleap"}),
    ],
)
def test_other_months_are_twelfths_of_a_year(units, value, length, attrs) -> None:
    with collect() as findings:
        start, end = axis_of([0.0, value], units, **attrs).seconds
    assert (end - start) / DAY == pytest.approx(value * length, rel=1e-12)
    assert [(each.code, each.severity) for each in findings] == [("CALENDAR", "note")]
    assert "twelfths of a year" in findings[0].message


@pytest.mark.parametrize(
    ("units", "attrs", "found"),
    [
        ("days since 2001-13-01", {}, "date '2001-13-01'"),
        ("days since 2001-00-01", {}, "date"),
        ("days since 2001-01-32", {}, "date"),
        ("days since 2001-01-00", {}, "date"),
        ("days since 2001-01-01 25:00", {}, "date"),
        ("days since 2001-01-01 10:60", {}, "date"),
        ("days since yesterday", {}, "date 'yesterday'"),
        ("fortnights since 2001-01-01", {}, "units 'fortnights since 2001-01-01'"),
        ("", {}, "no units"),
        ("days since 2001-01-01", {"calendar": "maya"}, "calendar 'maya'"),
    ],
)
def test_an_axis_that_does_not_say_when_is_refused(units, attrs, found) -> None:
    with pytest.raises(InputError, match="TIME_UNREADABLE") as caught:
        axis_of([0.0], units, **attrs)
    assert caught.value.found.startswith(found)


def test_an_axis_of_words_or_none_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="instead of numbers"):
        axis_of(["monday"], "days since 2001-01-01")
    with pytest.raises(InputError, match="no coordinate for the dimension 'time'"):
        time_axis(xr.Dataset({"a": ("time", [1.0])}), "time", "a.nc")


@pytest.mark.parametrize(
    ("values", "attrs"),
    [
        ([0.0, np.nan, 2.0], {}),
        ([0.0, np.inf, 2.0], {}),
        ([0.0, 9.96921e36, 2.0], {}),  # NetCDF's own fill value of floats
        ([0.0, -9.96921e36, 2.0], {}),
        ([0.0, -1.0, 2.0], {"_FillValue": -1.0}),
        (np.array([0, np.iinfo("int64").min, 2]), {}),
    ],
)
def test_steps_without_a_time_are_refused(values, attrs) -> None:
    with pytest.raises(InputError, match="TIME_INVALID") as caught:
        axis_of(values, "days since 2001-01-01", **attrs)
    assert caught.value.found == "1 of 3, the first is step 2"


@pytest.mark.parametrize("values", [np.array([0, np.iinfo("int32").min]), np.array([9e36])])
def test_great_numbers_are_times_all_the_same(values) -> None:
    assert axis_of(values, "ns since 1970-01-01").seconds[-1] == values[-1] * 1e-9


def test_packed_times_are_unpacked() -> None:
    axis = axis_of([0, 10], "days since 1970-01-01", scale_factor=0.5, add_offset=2.0)
    assert axis.seconds.tolist() == [2 * DAY, 7 * DAY]


@pytest.mark.parametrize(
    ("bounds", "lengths"),
    [
        ([[0, 1], [1, 3]], [3600.0, 7200.0]),
        ([[1, 0], [3, 1]], [3600.0, 7200.0]),
        ([[0, 1], [1, 1]], None),
        ([[0, 1], [1, np.nan]], None),
        ([[0, 1, 2], [1, 2, 3]], None),
    ],
)
def test_bounds_say_how_long_steps_last(bounds, lengths) -> None:
    axis = axis_of([0.0, 1.0], "hours since 1970-01-01", bounds, bounds="time_bnds")
    assert (axis.lengths if lengths is None else axis.lengths.tolist()) == lengths
    assert not axis.is_climatology
    assert axis_of([0.0], "hours since 1970-01-01", climatology="c").is_climatology


@pytest.mark.parametrize(
    ("dim", "attrs", "expected"),
    [
        ("t", {"units": "days since 2000-01-01"}, True),
        ("t", {"standard_name": "Time"}, True),
        ("t", {"axis": "t"}, True),
        ("Times", {}, True),
        ("valid_time", None, True),
        ("Time", None, True),
        ("t", {}, False),
        ("t", None, False),
        ("t", {"axis": "Z", "units": "days", "standard_name": "depth"}, False),
    ],
)
def test_which_dimension_is_time(dim, attrs, expected) -> None:
    coords = {} if attrs is None else {dim: (dim, [0.0], attrs)}
    assert is_time(xr.DataArray([1.0], dims=dim, coords=coords), dim) is expected


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [("", 0), ("UTC", 0), ("GMT", 0), ("+1", 3600), ("-0330", -12_600), ("+05:45", 20_700)],
)
def test_zones(zone, seconds) -> None:
    assert zone_offset(zone) == seconds


# --- how long they last --------------------------------------------------------------------------


def test_years_and_usual_steps() -> None:
    assert days(0, 360, year=360, start=0).years.tolist() == [1970, 1971]
    assert days(0, 1, 2, 9).step == DAY
    assert days(2, 1, 0).step == DAY
    assert np.isnan(days(0).step)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (MONTH_STARTS, True),
        (MONTH_STARTS[::-1], True),
        (np.delete(MONTH_STARTS, 5), True),  # a month that is missing
        (MONTH_STARTS[::3], False),
        (30 * np.arange(12), False),  # of one length: no months
        ([0, 31, 60, 87], False),
        ([0, 31, 59.0, 93], False),
        ([0], False),
    ],
)
def test_which_steps_are_months(steps, expected) -> None:
    assert days(*steps).is_monthly is expected


def test_months_weigh_as_they_have_days() -> None:
    assert days(*MONTH_STARTS[:3]).weights().tolist() == [1, 29 / 31, 1]
    assert days(*(MONTH_STARTS[:3] + 14)).weights().tolist() == [1, 29 / 31, 1]
    noleap = days(0, 31, 59, year=365.0, start=0.0)
    assert noleap.weights().tolist() == [1, 28 / 31, 1]
    last = days(304, 334, 365, year=365.0, start=0.0)
    assert last.weights().tolist() == [30 / 31, 1, 1]
    assert days(0, 1, 2).weights() is None


def test_bounds_weigh_where_they_differ() -> None:
    lengths = np.array([1.0, 1.0, 4.0])
    assert days(0, 1, 2, lengths=lengths).weights().tolist() == [1, 1, 4]
    assert days(0, 1, 2, lengths=np.array([1.0, 1.0, 1.0])).weights() is None
    assert days(0, 1, 2, lengths=np.array([1.0, 1.0, 1.0 + 1e-7])).weights() is None


def test_part_of_an_axis_keeps_what_is_known_of_it() -> None:
    axis = days(0, 1, 2, year=360.0, lengths=np.array([1.0, 2.0, 3.0]), is_climatology=True)
    part = axis.cut(slice(1, 3))
    assert part.seconds.tolist() == axis.seconds[1:].tolist()
    assert part.lengths.tolist() == [2, 3]
    assert (part.where, part.year, part.is_climatology) == ("a.nc", 360.0, True)


def test_dates_are_written_by_their_calendar() -> None:
    assert days(0).date(0) == "2000-01-01"
    assert days(0.5).date(-1) == "2000-01-01T12:00:00"
    assert days(540, year=360.0, start=0.0).date(0) == "year 1971.50"
    assert days(3_000_000).date(0) == "year 10213.72"  # 3,010,957 / 365.2425 = 8243.72


# --- parts of them -------------------------------------------------------------------------------


def within(axis: TimeAxis, begin: str, end: str) -> tuple[slice, list[str]]:
    with collect() as findings:
        found = axis.within(begin, end)
    return found, [each.code for each in findings]


@pytest.mark.parametrize(
    ("begin", "end", "steps", "codes"),
    [
        ("2000-01-03", "2000-01-04", slice(2, 4), []),
        ("2000-01-01", "2000-01-10", slice(0, 10), []),
        ("1999-12-31", "2000-01-10", slice(0, 10), []),  # a step before the first is none missing
        ("2000-01-05", "2000-01-11", slice(4, 10), ["PERIOD_NOT_COVERED"]),
        ("1999-12-30", "2000-01-05", slice(0, 5), ["PERIOD_NOT_COVERED"]),
        ("2000-01-05", "2000-01-12", slice(4, 10), ["PERIOD_NOT_COVERED"]),
    ],
)
def test_both_days_of_a_range_are_in_it(begin, end, steps, codes) -> None:
    assert within(days(*range(10)), begin, end) == (steps, codes)


def test_the_last_day_of_a_range_is_whole() -> None:
    hours = days(*(np.arange(48) / 24))
    assert within(hours, "2000-01-01", "2000-01-01") == (slice(0, 24), [])


def test_months_reach_over_their_days() -> None:
    assert within(days(*MONTH_STARTS), "2000-01-01", "2000-12-31") == (slice(0, 12), [])


def test_a_range_beside_all_steps_is_refused() -> None:
    with pytest.raises(InputError, match="TIME_OUTSIDE") as caught:
        days(0, 1, 2).within("2000-01-04", "2000-02-01")
    assert caught.value.found == "2000-01-01 to 2000-01-03"


# --- what is odd of them -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code", "found"),
    [
        ([1, 2, 2, 3], "TIME_DUPLICATE", "steps 2 and 3"),
        ([3, 1, 2, 1], "TIME_DUPLICATE", "steps 2 and 4"),
        ([1, 2, 3, 2.5], "TIME_NOT_MONOTONIC", "step 4 turns round"),
        ([3, 2, 1, 2.5], "TIME_NOT_MONOTONIC", "step 4 turns round"),
    ],
)
def test_steps_out_of_order_are_refused(values, code, found) -> None:
    with pytest.raises(InputError, match=code) as caught:
        check_order(np.array(values), "a.nc")
    assert caught.value.found == found


def test_steps_in_order_are_not() -> None:
    for values in ([1, 2, 3], [3, 2, 1], [1], []):
        check_order(np.array(values, dtype=float), "a.nc")


def odd(axis: TimeAxis, *, together: bool = True) -> dict[str, str]:
    with collect() as findings:
        check_steps(axis, together=together)
    return {each.code: each.found for each in findings}


def test_even_steps_are_not_odd() -> None:
    assert odd(days(*range(10))) == {}
    assert odd(days(*MONTH_STARTS)) == {}
    assert odd(days(0, 400)) == {}


def test_a_gap_is_told_with_its_place() -> None:
    gap = {"TIME_GAP": "2 of 12 steps missing (0.167 of all), the first after 2000-01-05"}
    found = days(0, 1, 2, 3, 4, 7, 8, 9, 10, 11)
    assert odd(found) == odd(found, together=False) == gap
    assert odd(days(*np.delete(np.arange(10), 4)))["TIME_GAP"].startswith("1 of 10 steps")


@pytest.mark.parametrize(
    "steps",
    [
        [0, 1, 2, 3.3, 4.3, 5.3, 6.3],  # no multiple
        [0, 1, 3, 4, 6, 7, 8],  # more than a fifth of them long
        [0, 1, 2, 2.3, 3.3, 4.3, 5.3],  # a step within a step
    ],
)
def test_uneven_steps_are_told_where_they_are_taken_together(steps) -> None:
    assert list(odd(days(*steps))) == ["TIME_IRREGULAR"]
    assert "TIME_IRREGULAR" not in odd(days(*steps), together=False)
    lengths = np.ones(len(steps))
    assert "TIME_IRREGULAR" not in odd(days(*steps, lengths=lengths))
    assert odd(days(*steps, is_climatology=True)) == {}


@pytest.mark.parametrize(
    ("year", "told"), [(1849.99, True), (1850.01, False), (2100.99, False), (2101.01, True)]
)
def test_years_beyond_our_time_are_told(year, told) -> None:
    axis = days(0, start=(year - 1970) * CIVIL_YEAR * DAY)
    assert ("TIME_IMPLAUSIBLE" in odd(axis)) is told
    assert odd(axis, together=False) == {}
    assert odd(TimeAxis("a.nc", axis.seconds, CIVIL_YEAR, is_climatology=True)) == {}


def test_another_calendar_is_told_where_steps_are_taken_together() -> None:
    assert odd(days(0, 1, 2, year=360.0, start=0.0)) == {"CALENDAR": "years of 360 days"}
    assert odd(days(0, 1, 2, year=365.25, start=0.0)) == {}  # the Julian: hours in a century
    assert odd(days(0, 1, 2, year=360.0, start=0.0), together=False) == {}


def seasons(count: int, *, chosen: bool = False, **more) -> list[tuple[str, str]]:
    with collect() as findings:
        check_seasons(days(*range(count), **more), chosen=chosen)
    return [(each.severity, each.found) for each in findings]


@pytest.mark.parametrize("count", [1, 365, 366, 371, 359, 731, 1461])
def test_whole_years_and_single_steps_are_even(count) -> None:
    assert seasons(count) == []  # within two hundredths of whole years


@pytest.mark.parametrize("count", [180, 357, 375, 540])
def test_part_of_a_year_is_a_warning(count) -> None:
    assert [severity for severity, _ in seasons(count)] == ["warning"]


def test_a_choice_is_a_note() -> None:
    assert [severity for severity, _ in seasons(180, chosen=True)] == ["note"]
    assert [severity for severity, _ in seasons(92)] == ["note"]
    assert [severity for severity, _ in seasons(93)] == ["warning"]
    assert seasons(180, is_climatology=True) == []
    assert seasons(90)[0][1] == "2000-01-01 to 2000-03-30, 0.2464 years"  # 90 / 365.2425
