"""Names that are scripts, templates or formulas: kept as they are, and never run."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .harness import Corpus, Result
from .places import ranking

corpus = Corpus()

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "close_script": "</script><script>alert(1)</script>",
    "backtick": "x`+alert(1)+`${alert(2)}",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "template": "{{7*7}}{% print(1) %}",
    "link": "javascript:alert(1)",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "separators": "a\u2028alert(1)\u2029b",
    "formula": "=cmd|' /C calc'!A0",
    "formula_at": "@SUM(1)",
    "formula_plus": "+1+cmd|' /C calc'!A0",
    "formula_minus": "-2+3",
    "null_like": "NaN",
}
STARTS = ("=", "+", "-", "@", "\t", "\r")


def unharmed(name: str) -> Callable[[Result], None]:
    """Holds where a name is in the table as text that no spreadsheet counts, and in no markup."""

    def holds(result: Result) -> None:
        table = pd.read_csv(result.folder / "candidates.csv", dtype=str, keep_default_na=False)
        cells = set(table["known_name"])
        assert cells == {f"'{name}" if name.startswith(STARTS) else name}
        page = (result.folder / "report.html").read_text("utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'onmouseover="alert' not in page

    return holds


def hostile(id: str, name: str) -> None:
    quoted = name.replace('"', '""')

    @corpus.case(f"i_{id}", kind="injection", expect="accept", why=f"a name that is a {id}",
                 holds=unharmed(name))  # fmt: skip
    def _(folder: Path) -> str:
        rows = f'site_id,name,lon,lat\ns1,"{quoted}",-118.1,38.1\n'
        (folder / "sites.csv").write_text(rows, encoding="utf-8")
        return ranking(folder).replace("[candidates.csv]", "[candidates.csv, report.html]")


for _id, _name in HOSTILE.items():
    hostile(_id, _name)
