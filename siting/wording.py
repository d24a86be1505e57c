"""Numbers in the sentences that people read."""

from numbers import Integral


def counted(number: float, noun: str, plural: str = "") -> str:
    """A number with its noun in the singular or plural, thousands set apart.

    Parameters
    ----------
    number : int or float
        How many there are; of fractions four digits are told.
    noun : str
        What one of them is called.
    plural : str
        What several are called, where that is more than an ``s`` after the noun.

    Examples
    --------
    >>> counted(1, "row"), counted(0, "row"), counted(12_000, "row")
    ('1 row', '0 rows', '12,000 rows')
    >>> counted(1, "label is", "labels are"), counted(2, "label is", "labels are")
    ('1 label is', '2 labels are')
    >>> counted(1.00001, "hour"), counted(0.5, "hour")
    ('1 hour', '0.5 hours')
    """
    text = f"{number:,}" if isinstance(number, Integral) else f"{number:,.4g}"
    return f"{text} {noun if text == '1' else plural or f'{noun}s'}"
