"""Numbers as people and exports write them: read where they can mean one thing only, else told why not."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal as Exact
from typing import Literal

Decimal = Literal[".", ","]
"""What stands before the decimals."""

COUNTS = frozenset({"employees", "sku_count"})
"""Fields that count things: whole numbers."""

NUMBERS = COUNTS | {"deal_size"}
"""Fields that are numbers wherever they come from; none is ever below zero."""

MOST_NUMBER = 2**63 - 1

_SPACES = re.compile(r"(?<=[0-9])[ \u00a0\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
"""Blanks and apostrophes between thousands; no country writes its decimals behind one."""

_WRITTEN: dict[Decimal, re.Pattern[str]] = {
    ".": re.compile(r"-?([0-9]+|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3})?(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?"),
    ",": re.compile(r"-?([0-9]+|[0-9]{1,3}(\.[0-9]{2,3})*\.[0-9]{3})?(,[0-9]+)?"),
}
_EITHER = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
"""120.000 is 120 to an English reader and 120 thousand to a German one. 120,000 is taken for thousands where nothing
else is known: money and people have no three decimals, but databases write three zeros behind a point."""


_WITH_COMMA = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")

OPEN = " may be "
"""What stands in the reason where a number is refused because it can be read two ways."""

MOST_SHOWN = 2
"""Different numbers that must show the same sign before a list is read by it: one alone may be a slip."""


def read_number(text: str, decimal: Decimal | None, *, doubtful: bool = False) -> float | int | str:
    """The number that the text means, or in words why it means none. Without a known decimal sign a text that two
    countries read differently means none; where its list leaves it in doubt, 120,000 too.

    >>> read_number("12,500.50", None), read_number("12.500,50", None), read_number("12 500", None)
    (12500.5, 12500.5, 12500)
    >>> read_number("120.000", ","), read_number("120.000", ".")
    (120000, 120)
    >>> read_number("120.000", None)
    'may be 120 or 120000: say decimal = "." or "," for this source in agreement/intake.toml, or write it without'
    """
    plain = _SPACES.sub("", text.strip().removeprefix("+"))
    if decimal is None and (_EITHER.fullmatch(plain) or (doubtful and _WITH_COMMA.fullmatch(plain))):
        return (
            f"{OPEN.lstrip()}{_value(plain, '.')} or {_value(plain, ',')}: "
            'say decimal = "." or "," for this source in agreement/intake.toml, or write it without'
        )
    styles: tuple[Decimal, ...] = (".", ",") if decimal is None else (decimal,)
    style = next((one for one in styles if _fits(plain, one)), None)
    if style is None:
        beyond = "" if decimal is None else f', with "{decimal}" before its decimals'
        return f"is not a number such as 12500 or {'12.500,00' if decimal == ',' else '12,500.00'}{beyond}"
    value = _value(plain, style)
    return value if math.isfinite(value) and abs(value) <= MOST_NUMBER else "is too large a number"


def is_open(text: str, decimal: Decimal | None) -> bool:
    """Whether a value of a number's field must stay a text, because its list may write decimals otherwise than we do.

    >>> [is_open("12.5", sign) for sign in (None, ".", ",")], is_open("120.000", None), is_open("1500", ",")
    ([False, False, True], True, False)
    """
    return _EITHER.fullmatch(text) is not None or (decimal == "," and "." in text)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a list writes decimals: by sign, a few of its numbers that can be read one way only."""

    by_sign: Mapping[Decimal, tuple[str, ...]]

    @property
    def decimal(self) -> Decimal | None:
        """The sign that several numbers show and none contradicts."""
        sure = [sign for sign, texts in self.by_sign.items() if len(texts) >= MOST_SHOWN]
        return sure[0] if sure and len(self.by_sign) == 1 else None

    @property
    def doubtful(self) -> bool:
        """Whether 120,000 may be 120 in this list: something shows a comma before decimals, but not enough to go by."""
        return "," in self.by_sign and self.decimal is None


def shown_decimal(texts: Iterable[str]) -> Shown:
    """What a list's numbers show of its decimal sign.

    >>> shown_decimal(["120.000", "1.250,50", "7,5"]).decimal, shown_decimal(["120.000", "7.5", "0.25"]).decimal
    (',', '.')
    >>> [shown_decimal(texts).decimal for texts in (["1.250,50", "120,000"], ["1.250,50", "7,5", "7.5"], ["90"])]
    [None, None, None]
    """
    found: dict[Decimal, tuple[str, ...]] = {}
    for text in texts:
        plain = _SPACES.sub("", text.strip())
        if plain.isdigit() or _EITHER.fullmatch(plain) or _WITH_COMMA.fullmatch(plain):
            continue
        fits = [style for style in _WRITTEN if _fits(plain, style)]
        if len(fits) == 1 and text not in (before := found.get(fits[0], ())) and len(before) < MOST_SHOWN:
            found[fits[0]] = (*before, text)
    return Shown(found)


def _fits(plain: str, style: Decimal) -> bool:
    return _WRITTEN[style].fullmatch(plain) is not None and any(letter.isdigit() for letter in plain)


def _value(plain: str, style: Decimal) -> float | int:
    digits = plain.replace(",", "") if style == "." else plain.replace(".", "").replace(",", ".")
    exact = Exact(digits)
    return int(exact) if -MOST_NUMBER <= exact <= MOST_NUMBER and exact == exact.to_integral_value() else float(exact)
