"""Templates and styles of the pages without code: the report, cards of sites, comparisons."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment(package: str) -> Environment:
    """Templates of a package that take every value for text, and miss none in silence."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style(*sheets: tuple[str, str]) -> str:
    """Style sheets of packages one after the other, as (package, file).

    Examples
    --------
    >>> "body" in style(("siting.outputs.report", "report.css"))
    True
    """
    texts = (files(package).joinpath(name).read_text(encoding="utf-8") for package, name in sheets)
    return "\n".join(texts).replace("\r\n", "\n")
