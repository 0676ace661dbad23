"""Numbers for people: 'GBP 62.2 m', '+8 pts', '14.7 days'. Exact values are kept for hovering and for tables."""

import math
import re
from datetime import date

from bothsides.metrics import Unit, Value
from bothsides.schema.money import CURRENCIES

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # strftime would follow the machine's language
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
_SUFFIX = {Unit.RATE: " %", Unit.RATIO: " x", Unit.DAYS: " days", Unit.HOURS: " h", Unit.MONTHS: " months"}
_GLUE = re.compile(r"(?<=\d) (?=%|(?:tn|bn|m|k|x|h|pts?|days?|months?)\b)|(?<=\b[A-Z]{3}) (?=−?\d)")
_ISO_DAY = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
_BY_DIFFERENCE = frozenset({Unit.RATE, Unit.DAYS, Unit.HOURS, Unit.MONTHS})
NOT_KNOWN = "not known"
NO_CHANGE = "no change"


def significant(number: float) -> str:
    """Three significant figures, thousands separated, no exponent and no zeros that say nothing.

    >>> [significant(x) for x in (1234.5, 99.96, 4.333, 0.01573, 0, -0.5, 12)]
    ['1,234', '100', '4.33', '0.0157', '0', '−0.5', '12']
    """
    if not math.isfinite(number):
        return NOT_KNOWN
    if number == 0:
        return "0"
    rounded = float(f"{number:.2e}")
    places = max(0, 2 - math.floor(math.log10(abs(rounded))))
    words = f"{number:,.{places}f}"
    return _minus(words.rstrip("0").rstrip(".") if places else words)


def money(amount: float, currency: str | None) -> str:
    """Money in major units with its currency, three figures.

    >>> money(62_219_842.11, "GBP"), money(-950, "GBP"), money(12.5, "EUR"), money(12.5, "JPY"), money(5e5, None)
    ('GBP 62.2 m', 'GBP −950', 'EUR 12.50', 'JPY 12', '500 k')
    """
    return f"{currency or ''} {_amount(amount, currency)}".strip()


def _amount(amount: float, currency: str | None) -> str:
    if not math.isfinite(amount):
        return NOT_KNOWN
    for size, name in _SCALES:
        if abs(amount) >= size * 0.9995:
            return f"{_fixed(amount / size)} {name}"
    whole = abs(amount) >= 99.995 or amount == int(amount) or CURRENCIES.get(currency or "", 2) == 0
    return _minus(f"{amount:.0f}" if whole else f"{amount:.2f}")


def _fixed(number: float) -> str:
    """Three figures, without zeros that say nothing."""
    size = abs(number)
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    words = f"{number:,.{places}f}"
    return _minus(words.rstrip("0").rstrip(".") if places else words)


def count(number: float) -> str:
    """How many; exact to the million.

    >>> count(13492), count(13_492_000), count(-3)
    ('13,492', '13.5 m', '−3')
    """
    if abs(number) >= 1e6:
        return _amount(number, None)
    return _minus(f"{number:,.0f}") if number == int(number) else significant(number)


def percent(share: float) -> str:
    """A share as per cent.

    >>> [percent(x) for x in (0.12, 0.1053, 4.33, 0.00421, 0, 0.0000004, 0.99996)]
    ['12 %', '10.5 %', '433 %', '0.42 %', '0 %', '<0.01 %', '100 %']
    """
    return f"{_percent(share)} %"


def _percent(share: float) -> str:
    if not math.isfinite(share):
        return NOT_KNOWN
    size = abs(share) * 100
    if 0 < size < 0.005:
        return "<0.01" if share > 0 else "−0.00"
    if abs(size - round(size)) < 0.005 and size >= 0.995:
        return _minus(f"{share * 100:,.0f}")
    places = 0 if size >= 99.95 or size == 0 else 1 if size >= 9.95 else 2 if size < 0.995 else 1
    return _minus(f"{share * 100:,.{places}f}")


def number(amount: float, unit: Unit, currency: str | None = None) -> str:
    """A number in its unit.

    >>> number(14.66, Unit.DAYS), number(4.3, Unit.RATIO), number(0.0157, Unit.INDEX), number(1, Unit.MONTHS)
    ('14.7 days', '4.3 x', '0.0157', '1 month')
    """
    if not math.isfinite(amount):
        return NOT_KNOWN
    if unit is Unit.MONEY:
        return money(amount, currency)
    return _bare(amount, unit) + _unit_word(amount, unit)


def _bare(amount: float, unit: Unit) -> str:
    match unit:
        case Unit.COUNT:
            return count(amount)
        case Unit.RATE:
            return _percent(amount)
        case Unit.MONEY:
            return _amount(amount, None)
        case _:
            return significant(amount)


def _unit_word(amount: float, unit: Unit) -> str:
    if unit in {Unit.DAYS, Unit.MONTHS} and amount == 1:
        return _SUFFIX[unit][:-1]
    return _SUFFIX.get(unit, "")


def between(low: float, high: float, unit: Unit, currency: str | None = None) -> str:
    """A range, its unit said once; bounds that read the same are said once.

    >>> between(0.098, 0.112, Unit.RATE), between(1200, 1_500_000, Unit.MONEY, "GBP")
    ('9.8 to 11.2 %', 'GBP 1.2 k to 1.5 m')
    >>> between(0.08, 0.08, Unit.RATE)
    '8 %'
    """
    if number(low, unit, currency) == number(high, unit, currency):
        return number(high, unit, currency)
    if unit is Unit.MONEY:
        return f"{money(low, currency)} to {_amount(high, currency)}"
    return f"{_bare(low, unit)} to {_bare(high, unit)}{_unit_word(high, unit)}"


def shown(value: Value | None) -> str:
    """A value's number as people read it; what cannot be known is said in words, never as 0."""
    if value is None or value.value is None or not math.isfinite(value.value):
        return NOT_KNOWN
    return number(value.value, value.unit, value.currency)


def exact(value: Value) -> str:
    """Every digit a value has, for hovering and for checking against an export."""
    if value.value is None:
        return value.reason or NOT_KNOWN
    if value.unit is Unit.MONEY:
        return f"{value.currency or ''} {value.value:,.{CURRENCIES.get(value.currency or '', 2)}f}".strip()
    if isinstance(value.value, int) or value.value == int(value.value):
        return f"{value.value:,.0f}"
    return f"{value.value:.10g}"


def change(now: float, before: float, unit: Unit) -> str:
    """How far a number moved: points for shares, days for durations, per cent for everything else.

    >>> change(0.43, 0.35, Unit.RATE), change(144, 100, Unit.COUNT), change(12.6, 14.7, Unit.DAYS)
    ('+8 pts', '+44 %', '−2.1 days')
    >>> change(62.2e6, 4e6, Unit.MONEY), change(5, 0, Unit.COUNT), change(3, 3, Unit.COUNT)
    ('15.6 times', 'from 0', 'no change')
    >>> change(0.30001, 0.3, Unit.RATE), change(3, 2, Unit.DAYS)
    ('no change', '+1 day')
    """
    if now == before:
        return NO_CHANGE
    if unit not in _BY_DIFFERENCE:
        if before <= 0:
            return f"from {_bare(before, unit)}"
        if now / before >= 10:
            return f"{significant(now / before)} times"
    moved = _round(_moved(now, before, unit))
    return f"{_signed(moved)}{_moved_word(abs(moved), unit)}" if moved else NO_CHANGE


def _moved(now: float, before: float, unit: Unit) -> float:
    """By how much, in points, in the unit itself or in per cent."""
    if unit not in _BY_DIFFERENCE:
        return (now / before - 1) * 100
    return (now - before) * (100 if unit is Unit.RATE else 1)


def _moved_word(size: float, unit: Unit) -> str:
    if unit is Unit.RATE:
        return " pt" if size == 1 else " pts"
    return _unit_word(size, unit) if unit in _BY_DIFFERENCE else " %"


def _round(number_: float) -> float:
    size = abs(number_)
    return round(number_, 0 if size >= 9.95 else 1 if size >= 0.095 else 2)


def _signed(number_: float) -> str:
    return ("+" if number_ >= 0 else "−") + f"{abs(number_):,.12g}"


def _minus(words: str) -> str:
    return words.replace("-", "−")


def day(when: date) -> str:
    """A date in words.

    >>> day(date(2014, 6, 30))
    '30 June 2014'
    """
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def span(first: date, last: date) -> str:
    """Two dates in words.

    >>> span(date(2013, 7, 1), date(2014, 6, 30))
    '1 July 2013 to 30 June 2014'
    """
    return f"{day(first)} to {day(last)}"


def spoken(words: str) -> str:
    """A sentence with its dates in words and its numbers kept on one line with their units.

    >>> spoken("By 2014-06-30: GBP 8.1 m, 53 %.").replace(chr(160), "_")
    'By 30 June 2014: GBP_8.1_m, 53_%.'
    """
    return _GLUE.sub("\u00a0", dated(words))


def dated(words: str) -> str:
    """The words with their days as people say them.

    >>> dated("2013-07-01 to 2014-06-30")
    '1 July 2013 to 30 June 2014'
    """
    return _ISO_DAY.sub(lambda found: f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1]}", words)


def plural(number_: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> plural(1, "order"), plural(2300, "order"), plural(3, "company", "companies")
    ('1 order', '2,300 orders', '3 companies')
    """
    return f"{count(number_)} {one if number_ == 1 else many or one + 's'}"
