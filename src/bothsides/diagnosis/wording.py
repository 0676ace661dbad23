"""Numbers as people say them: GBP 62.2 m, 12 %, 3 of 40."""

import math

from bothsides.schema import Side


def money(amount: float, currency: str) -> str:
    """An amount in major units, three significant figures.

    >>> money(62_220_000, "GBP"), money(8_400, "EUR"), money(-950, "EUR")
    ('GBP 62.2 m', 'EUR 8.4 k', '-EUR 950')
    """
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for unit, name in ((1e9, " bn"), (1e6, " m"), (1e3, " k")):
        if size >= 0.9995 * unit:
            return f"{sign}{currency} {_short(size / unit)}{name}"
    return f"{sign}{currency} {size:.0f}"


def _short(size: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(size))) if size else 0
    text = f"{size:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(rate: float) -> str:
    """A share as a percentage; one decimal below 10 %.

    >>> share(0.1234), share(0.054), share(4.33), share(0.004)
    ('12 %', '5.4 %', '433 %', '0.4 %')
    """
    percent = 100 * rate
    tenths = abs(percent) < 9.95 and abs(percent - round(percent)) > 1e-9
    return f"{percent:.1f} %" if tenths else f"{percent:.0f} %"


def count(number: float) -> str:
    """A count with thousands separated.

    >>> count(13492), count(3)
    ('13,492', '3')
    """
    return f"{number:,.0f}"


def counted(number: float, word: str) -> str:
    """A count with its noun.

    >>> counted(1, "supplier"), counted(3, "category")
    ('1 supplier', '3 categories')
    """
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{count(number)} {word if round(number) == 1 else plural}"


def of_side(side: Side) -> str:
    """The side in the plural.

    >>> of_side(Side.BUYER)
    'buyers'
    """
    return f"{side.value}s"


def listed(words: list[str]) -> str:
    """Words joined for a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
