"""Tables of points that are refused, or read with a finding."""

from pathlib import Path
from typing import Any

from siting import frames
from siting.io import table

from .made import Maker, example

HEADER = "site_id,lon,lat,depth\n"


def csv(text: str | bytes, **options: Any) -> Maker:
    """Write wells.csv and read it as points."""

    def make(folder: Path) -> None:
        content = text.encode() if isinstance(text, str) else text
        (folder / "wells.csv").write_bytes(content)
        table.read_points(folder / "wells.csv", **options)

    return make


for _code, _make in {
    "COLUMN_AMBIGUOUS": csv("site_id,lon,longitude,lat\n001,-119,-119,39\n"),
    "COLUMN_DUPLICATE": csv("site_id,lon,lat,depth,depth\n001,-119,39,900,2950\n"),
    "COLUMN_MISSING": csv("site_id,east,north\n001,-119,39\n"),
    "COORD_INVALID": csv(HEADER + '001,-119,39,900\n002,"118°30\'W",38.5,1200\n'),
    "COORD_ZERO": csv(HEADER + "001,-119,39,900\n002,0,0,1200\n"),
    "CSV_RAGGED": csv(HEADER + "001,-119,39,900\n002,-118.5,38.5,1,200\n"),
    "CSV_SYNTAX": csv("site_id,lon,lat,name\n001,-119,39,\"Steamboat\n002,-118,38,Beowawe\n"),
    "ENCODING_GUESSED": csv("site_id,lon,lat,name\n001,-17,65.7,Kröflu\n".encode("cp1252")),
    "COORD_ROUNDED": csv("site_id,lon,lat\n" + "".join(
        f"{i:03d},{-120 + i},{30 + (7 * i) % 12}\n" for i in range(1, 25)
    )),
    "ENCODING_UNKNOWN": csv(b"site_id,lon,lat,name\n001,-17,65.7,Kr\x81flu\n"),
    "HEADER_MISSING": csv("001,-119.25,39.5,900\n002,-118.5,38.5,1200\n"),
    "HEADER_REPEATED": csv(HEADER + "001,-119,39,900\n" + HEADER + "002,-118.5,38.5,1200\n"),
    "ID_DAMAGED": csv(HEADER + "1-Mar,-119,39,900\n2.00E+05,-118.5,38.5,1200\n"),
    "NUMBER_AMBIGUOUS": csv("site_id;lon;lat;depth\n001;-119;39;1,200\n002;-118;38;2,950\n"),
    "PLACES_IDENTICAL": csv(HEADER + "".join(f"{i:03d},-119.8,39.5,{i}\n" for i in range(1, 40))),
    "ROW_COMMENTED": csv(HEADER + "001,-119,39,900\n#002,-118.5,38.5,1200\n"),
    "ROW_DUPLICATE": csv("name,lon,lat\n" + "Beowawe,-116.6,40.55\n" * 2 + "Soda,-118.8,39.5\n"),
    "ROW_SUMMARY": csv("name,lon,lat\nBeowawe,-116.6,40.55\nSoda,-118.8,39.5\nMean,-117.7,40.03\n"),
    "TEXT_GARBLED": csv("site_id,lon,lat,name\n001,-17,65.7,Krö\ufffdlu\n"),
    "UNITS_ROW": csv("site_id,lon,lat,depth,heat\n,,,m,mW m-2\n001,-119,39,900,85\n"),
    "ID_DUPLICATE": csv(HEADER + "007,-119,39,900\n007,-118.5,38.5,1200\n"),
    "ID_MISSING": csv(HEADER + "001,-119,39,900\n,-118.5,38.5,1200\n"),
    "LATLON_SWAPPED": csv("site_id,lon,lat\n001,39,-119\n002,38.5,-118.5\n"),
    "NOT_A_TABLE": csv(b"\x00\x01\x02 no text\x00" * 4),
}.items():  # fmt: skip
    example(_code)(_make)


@example("COLUMN_TEXT")
def _(folder: Path) -> None:
    csv(HEADER + "001,-119,39,900\n002,-118.5,38.5,1200 m\n")(folder)
    wells = table.read_points(folder / "wells.csv")
    wells.attrs["columns"] = {"depth": {"units": "m"}}
    frames.column(wells, "depth", "m", "seismicity.select_events")
