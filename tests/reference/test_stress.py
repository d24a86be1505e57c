"""Stress on a normal fault, worked out by hand.

σv = σ1 = 60, SHmax 45, Shmin 30 MPa on a plane of strike 0 and dip 60. With Shmin across strike
the unit normal has the squares 3/4 along Shmin and 1/4 along σv: σn = 22.5 + 15 = 37.5, and
τ² = 3/4 900 + 1/4 3600 - 37.5² = 168.75. With SHmax across strike 3/4 lie along SHmax:
σn = 33.75 + 15 = 48.75, τ² = 3/4 2025 + 1/4 3600 - 48.75² = 42.1875. The definitions are those of
Morris, Ferrill and Henderson (1996), Geology 24, 275-278, and Ferrill et al. (1999), GSA Today
9(5), 1-8.
"""

import geopandas as gpd
import pytest
import shapely

from siting.kernels.stress import StressState, dilation_tendency, slip_tendency, tractions
from siting.layers import stress

CASES = [
    # azimuth of SHmax, σn, τ, τ/σn, (σ1 - σn)/(σ1 - σ3)
    (0.0, 37.5, 12.9904, 0.3464, 0.75),
    (90.0, 48.75, 6.4952, 0.1332, 0.375),
]
CERTAIN = {"magnitude_sd": 0.0, "azimuth_sd": 0.0, "dip_sd": 0.0}


@pytest.mark.parametrize(("azimuth", "normal", "shear", "slip", "dilation"), CASES)
def test_plane(azimuth: float, normal: float, shear: float, slip: float, dilation: float) -> None:
    state = StressState(60.0, 45.0, 30.0, azimuth)
    found = tractions(0.0, 60.0, state)
    assert float(found.normal) == pytest.approx(normal, abs=5e-5)
    assert float(found.shear) == pytest.approx(shear, abs=5e-5)
    assert float(slip_tendency(0.0, 60.0, state)) == pytest.approx(slip, abs=5e-5)
    assert float(dilation_tendency(0.0, 60.0, state)) == pytest.approx(dilation, abs=5e-5)


@pytest.mark.parametrize(("azimuth", "normal", "shear", "slip", "dilation"), CASES)
def test_fault(azimuth: float, normal: float, shear: float, slip: float, dilation: float) -> None:
    meridian = shapely.LineString([(-117, 39), (-117, 40)])
    fault = gpd.GeoDataFrame(geometry=[meridian], crs=4326)
    state = ("60 MPa", "45 MPa", "30 MPa", azimuth)
    slips = stress.slip_tendency(fault, *state, **CERTAIN)
    dilations = stress.dilation_tendency(fault, *state, **CERTAIN)
    assert slips.slip_tendency.item() == pytest.approx(slip, abs=5e-5)
    assert dilations.dilation_tendency.item() == pytest.approx(dilation, abs=5e-5)
    assert slips.slip_tendency_sd.item() == pytest.approx(0, abs=1e-6)
