"""Counts as people say them, one as one."""


def plural(number: float, one: str) -> str:
    """A count with its noun.

    >>> plural(1, "lead"), plural(2300, "lead")
    ('1 lead', '2,300 leads')
    """
    return f"{number:,.0f} {one if number == 1 else one + 's'}"


def was(number: float) -> str:
    """The verb of that many.

    >>> was(1), was(0)
    ('was', 'were')
    """
    return "was" if number == 1 else "were"
