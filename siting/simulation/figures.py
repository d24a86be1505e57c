"""What a simulated node tells of a cell: columns with their units and meanings."""

from collections.abc import Mapping

from siting.columns import Column

_DOLLARS = "USD GPU-1 h-1"
_COMMON: Mapping[str, Column] = {
    "cost_per_gpu_hour": Column(
        _DOLLARS, "Cost of a delivered GPU-hour, simulated, costs at their values"
    ),
    "cost_per_gpu_hour_low": Column(
        _DOLLARS, "The same with higher waves and the error of morphing: one standard deviation"
    ),
    "cost_per_gpu_hour_high": Column(
        _DOLLARS, "The same with lower waves and the error of morphing: one standard deviation"
    ),
    "cost_per_gpu_hour_p10": Column(_DOLLARS, "10th percentile over the ranges of the costs"),
    "cost_per_gpu_hour_p50": Column(_DOLLARS, "50th percentile over the ranges of the costs"),
    "cost_per_gpu_hour_p90": Column(_DOLLARS, "90th percentile over the ranges of the costs"),
    "firm_energy_cost": Column(
        "USD MWh-1", "Cost of the energy served by converter, panels and battery, at this uptime"
    ),
    "compute_uptime": Column("1", "Share of the processors' hours that power is there for"),
    "energy_uptime": Column("1", "Share of the load's energy that is served, hotel load included"),
    "full_load_hours": Column("1", "Share of the hours in which the whole load is served"),
    "hotel_unserved": Column("h", "Hours a year in which even the hotel load is short"),
    "curtailed": Column("1", "Share of generation that nobody takes"),
    "wave_capacity_factor": Column("1", "Mean power of the converter over its rated power"),
    "solar_capacity_factor": Column("1", "Mean power of the panels over their rated power"),
    "node_load": Column("kW", "Load of one node, hotel and compute, that costs least here"),
    "node_panels": Column("kW", "Panels of one node that cost least here"),
    "node_battery": Column("kWh", "Battery of one node that costs least here"),
    "access_share": Column("1", "Share of the hours that lie in windows in which ships can work"),
    "access_wait": Column(
        "day", "Mean wait for such a window in the calmest month, for which trips are planned"
    ),
}
# Of a node whose hours are morphed. Nothing of extremes, spells or several nodes at once is here.
FIGURES: Mapping[str, Column] = {
    **_COMMON,
    "season_shifted": Column("1", "1 where the donor's year is shifted by half a year"),
}
_TEN = "; nothing where the cell has fewer than ten whole years of its own"
# Of a node that lives from its cell's own years.
OWN_FIGURES: Mapping[str, Column] = {
    **_COMMON,
    "cost_per_gpu_hour_low": Column(_DOLLARS, "The same, heights multiplied by height_factor"),
    "cost_per_gpu_hour_high": Column(_DOLLARS, "The same, heights divided by height_factor"),
    "years": Column("1", "Whole calendar years of the cell's own that were simulated"),
    "compute_uptime_year_p10": Column("1", "Uptime that one year in ten stays below"),
    "compute_uptime_year_p50": Column("1", "Uptime of the middle year"),
    "compute_uptime_year_p90": Column("1", "Uptime that one year in ten exceeds"),
    "cost_per_gpu_hour_year_p10": Column(_DOLLARS, "Cost that one year in ten stays below"),
    "cost_per_gpu_hour_year_p50": Column(_DOLLARS, "Cost in the middle year"),
    "cost_per_gpu_hour_year_p90": Column(_DOLLARS, "Cost that one year in ten exceeds"),
    "longest_outage": Column("h", "Longest run of hours below full load in all years" + _TEN),
    "hs50": Column("m", "Wave height exceeded once in fifty years on average" + _TEN),
    "hs50_low": Column("m", "Lower end of its interval of 90 %, of sampling alone" + _TEN),
    "hs50_high": Column("m", "Upper end of its interval of 90 %, of sampling alone" + _TEN),
    "hs50_over_survival": Column("1", "hs50 over the height that the device survives" + _TEN),
}
