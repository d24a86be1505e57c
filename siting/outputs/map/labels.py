"""Names and units as a reader expects to see them."""

import re

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXPONENT = re.compile(r"(?<=[A-Za-zµ])-?\d+\b")
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
# Controls, signs that turn the direction of writing, lone surrogates.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SIGNS = {"degC": "°C", "degree": "°", "degrees": "°", "percent": "%", "1": "", "": ""}
_PER = re.compile(r"USD((?: [A-Za-z]+-1)+)")  # dollars per something
_CAPITALS = {"gpu": "GPU", "pue": "PUE", "usd": "USD"}


def display_unit(unit: str) -> str:
    """A CF unit as it is printed.

    Examples
    --------
    >>> display_unit("mW m-2"), display_unit("km2"), display_unit("degC"), display_unit("1")
    ('mW m⁻²', 'km²', '°C', '')
    >>> display_unit("USD GPU-1 h-1"), display_unit("USD MWh-1"), display_unit("USD")
    ('$/GPU-h', '$/MWh', '$')
    """
    if unit in _SIGNS:
        return _SIGNS[unit]
    if unit == "USD":
        return "$"
    if dollars := _PER.fullmatch(unit):
        return "$/" + "-".join(each.removesuffix("-1") for each in dollars[1].split())
    raised = _EXPONENT.sub(lambda match: match[0].translate(_SUPERSCRIPT), unit)
    return re.sub(r"\bdegC\b", "°C", raised)


def display_name(name: str) -> str:
    """The name of a layer or column as words.

    Examples
    --------
    >>> display_name("volcano_distance"), display_name("learned.score")
    ('Volcano distance', 'Learned: score')
    >>> display_name("score.score"), display_name("cost_per_gpu_hour")
    ('Score', 'Cost per GPU hour')
    """
    step, _, result = name.partition(".")
    name = step if step == result else name
    words = name.replace(".", ": ").replace("_", " ").strip()
    words = " ".join(_CAPITALS.get(word, word) for word in words.split(" "))
    return words[:1].upper() + words[1:]


def one_line(text: str) -> str:
    r"""Text in one line, without what no reader sees: control characters are spaces.

    Examples
    --------
    >>> one_line("Wells\x1b[31m\nof \x9f1990")
    'Wells [31m of 1990'
    """
    return " ".join(_UNSEEN.sub(" ", text).split())


def years_in(vintage: str) -> list[int]:
    """The years that a vintage names.

    Examples
    --------
    >>> years_in("1976-2017; 2012")
    [1976, 2017, 2012]
    """
    return [int(year) for year in _YEAR.findall(vintage)]


def display_years(vintage: str) -> str:
    """A vintage as it stands, or from its first to its last year where it lists several.

    Examples
    --------
    >>> display_years("1976-2017; 1988-2009; 2012; 2025"), display_years("Holocene; 2013")
    ('1976–2025', 'Holocene; 2013')
    """
    years, parts = years_in(vintage), vintage.split("; ")
    if len(parts) < 2 or not all(years_in(part) for part in parts):
        return vintage
    return f"{min(years)}–{max(years)}"
