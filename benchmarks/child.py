"""One case in a process of its own, so that none pays for another's memory and imports."""

import argparse
import importlib
import json
from typing import Any

from benchmarks.case import Case, timed, weighed

# Modules and names of the cases; imported one at a time, since each needs its own peers.
CASES = {
    "distance": ("distance", "CASE"),
    "density": ("density", "CASE"),
    "line_density": ("line_density", "CASE"),
    "overlay": ("overlay", "CASE"),
    "logistic": ("learned", "LOGISTIC"),
    "forest": ("learned", "FOREST"),
    "write": ("storage", "WRITE"),
    "read": ("storage", "READ"),
    "solar": ("solar", "CASE"),
    "hindcast": ("hindcast", "CASE"),
    "kriging": ("kriging", "CASE"),
    "evidence": ("evidence", "CASE"),
    "topsis": ("multicriteria", "CASE"),
    "wave_flux": ("waves", "FLUX"),
    "wave_spectra": ("waves", "SPECTRA"),
    "firm_power": ("firm_power", "DESIGNS"),
    "firm_power_sites": ("firm_power", "SITES"),
    "firm_power_loop": ("firm_power", "LOOP"),
    "sizing": ("firm_power", "SIZING"),
    "warp_nearest": ("warp", "NEAREST"),
    "warp_bilinear": ("warp", "BILINEAR"),
    "warp_average": ("warp", "AVERAGE"),
    "warp_axes_nearest": ("warp", "AXES_NEAREST"),
    "warp_axes_average": ("warp", "AXES_AVERAGE"),
    "zonal": ("zonal", "CASE"),
    "distance_on_map": ("distance_on_map", "CASE"),
    "distance_to_faults": ("distance_to_faults", "CASE"),
    "topk": ("topk", "CASE"),
    "topk_spaced": ("topk", "SPACED"),
    "forest_f1": ("forest", "F1"),
    "forest_f8": ("forest", "F8"),
    "forest_noise": ("forest", "NOISE"),
    "forest_boosting": ("forest", "BOOSTING"),
    "forest_relief": ("forest", "RELIEF"),
    "forest_relief_finer": ("forest", "RELIEF_FINER"),
}


def case(name: str) -> Case:
    """The case of that name."""
    module, attribute = CASES[name]
    found = getattr(importlib.import_module(f"benchmarks.{module}"), attribute)
    assert isinstance(found, Case)
    return found


def main() -> None:
    """Print the figures of one case, or the memory of one of its contenders, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(CASES))
    parser.add_argument("resolution")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", metavar="CONTENDER")
    words = parser.parse_args()
    try:
        chosen = case(words.name)
    except ModuleNotFoundError as error:
        print(json.dumps({"what": words.name, "missing": [str(error.name)]}))
        return
    found: Any = (
        weighed(chosen, words.resolution, words.memory)
        if words.memory
        else timed(chosen, words.resolution, words.rounds)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
