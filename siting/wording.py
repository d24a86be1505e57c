"""Numbers in the sentences that people read."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun in the singular or plural, thousands set apart.

    Parameters
    ----------
    number : int
        How many there are.
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
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
