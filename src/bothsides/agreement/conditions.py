"""Field tests, the one way in which an agreement says when a rule applies: `region = ["EU", "UK"]`."""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from bothsides.agreement.policy import checked

Value: TypeAlias = str | int | float | bool
Written: TypeAlias = Value | list[Value]
Fields: TypeAlias = Mapping[str, object]
"""What is known of a subject, by field name; a field that is absent, None or an empty text is unknown."""

_Check: TypeAlias = Callable[[object], bool]

_SIGNS: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    (">=", operator.ge),
    ("<=", operator.le),
    (">", operator.gt),
    ("<", operator.lt),
)
_BETWEEN = re.compile(r"between\s+(\S+)\s+and\s+(\S+)", re.IGNORECASE)
_OF_TEXT: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("contains ", lambda text, part: part in text),
    ("starts with ", str.startswith),
    ("ends with ", str.endswith),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """Field tests that must all hold; none at all always hold."""

    checks: tuple[tuple[str, _Check, str], ...] = ()

    def hold(self, fields: Fields) -> bool:
        """Whether every test holds."""
        return all(check(fields.get(name)) for name, check, _ in self.checks)

    def why_not(self, fields: Fields) -> str | None:
        """The first test that fails and what stood there; None where all hold."""
        for name, check, text in self.checks:
            value = fields.get(name)
            if not check(value):
                return f"{name} is {'unknown' if _unknown(value) else value}, wanted {text}"
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that are tested."""
        return tuple(name for name, _, _ in self.checks)


def read_tests(written: Mapping[str, Written]) -> Tests:
    """The tests as they stand in an agreement. Raises ValueError naming field, value and what may stand there.

    A text or number must be equal (texts whatever their case); a list holds where one of its values does. Further:
    ">= 5", "> 5", "<= 5", "< 5", "between 5 and 10", "!= word", "none of a, b", "contains word", "starts with word",
    "ends with word", "is known", "is unknown". What is unknown passes only "is unknown", "!=" and "none of".

    >>> tests = read_tests({"side": "buyer", "deal_size": ">= 50000"})
    >>> tests.hold({"side": "buyer", "deal_size": 72000})
    True
    >>> tests.why_not({"side": "buyer"})
    'deal_size is unknown, wanted >= 50000'
    """
    return Tests(checks=tuple((name, _check(name, value), _shown(value)) for name, value in written.items()))


def named_values(written: Written) -> tuple[str, ...]:
    """The plain values that a test names, in lower case: those that are wanted or left out, not parts or numbers.

    >>> named_values(["EU", "UK"]), named_values("none of spam, test"), named_values("contains pump")
    (('eu', 'uk'), ('spam', 'test'), ())
    """
    if isinstance(written, list):
        return tuple(value for one in written for value in named_values(one))
    if not isinstance(written, str):
        return (_text(written),)
    text = written.strip().casefold()
    if text.startswith("none of "):
        return tuple(word.strip() for word in text.removeprefix("none of ").split(","))
    if text.startswith("!="):
        return (text.removeprefix("!=").strip(),)
    starts = (*(sign for sign, _ in _SIGNS), *(start for start, _ in _OF_TEXT))
    if text in ("is known", "is unknown") or text.startswith(starts) or _BETWEEN.fullmatch(text):
        return ()
    return (text,)


def known_tests(written: dict[str, Written]) -> dict[str, Written]:
    """Field tests such as { side = "buyer", deal_size = ">= 50000" }. Raises ValueError for one that cannot be read."""
    read_tests(written)
    return written


When: TypeAlias = Annotated[dict[str, Written], checked(known_tests)]
"""The type of a policy's `when`."""


def _check(name: str, written: Written) -> _Check:
    if isinstance(written, list):
        if not written:
            raise ValueError(f"{name} = []: a list needs a value; to test that it is unknown write 'is unknown'")
        checks = [_check(name, value) for value in written]
        if any(isinstance(value, str) and _is_negative(value) for value in written):
            raise ValueError(f"{name} = {written}: a list means any of these; write 'none of a, b' for a negative")
        return lambda value: any(check(value) for check in checks)
    if isinstance(written, str):
        return _of_text(name, written.strip())
    if isinstance(written, bool):
        return lambda value: value is written
    if not math.isfinite(written):
        raise ValueError(f"{name} = {written}: must be a finite number")
    return _number(lambda value: value == written)


def _of_text(name: str, written: str) -> _Check:
    lowered = written.casefold()
    if lowered in ("is known", "is unknown"):
        return _unknown if lowered == "is unknown" else (lambda value: not _unknown(value))
    for sign, compare in _SIGNS:
        if written.startswith(sign):
            return _compared(compare, _finite(name, written, written.removeprefix(sign)))
    if found := _BETWEEN.fullmatch(written):
        low, high = (_finite(name, written, part) for part in found.groups())
        if low > high:
            raise ValueError(f"{name} = {written!r}: the first number must not be above the second")
        return _number(lambda value: low <= value <= high)
    if lowered.startswith(("!=", "none of ")):
        left_out = lowered.removeprefix("!=") if lowered.startswith("!=") else lowered.removeprefix("none of ")
        words = [left_out.strip()] if lowered.startswith("!=") else [word.strip() for word in left_out.split(",")]
        if not all(words):
            raise ValueError(f"{name} = {written!r}: names no value")
        return lambda value: _unknown(value) or _text(value) not in words
    for start, holds in _OF_TEXT:
        if lowered.startswith(start):
            return _partly(holds, lowered.removeprefix(start).strip())
    if not lowered:
        raise ValueError(f"{name} = '': is empty; to test that it is unknown write 'is unknown'")
    return lambda value: not _unknown(value) and _text(value) == lowered


def _is_negative(written: str) -> bool:
    return written.strip().casefold().startswith(("!=", "none of "))


def _finite(name: str, written: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} = {written!r}: {number.strip()!r} is not a number, as in '>= 50000'")
    return value


def _partly(holds: Callable[[str, str], bool], part: str) -> _Check:
    return lambda value: not _unknown(value) and holds(_text(value), part)


def _compared(compare: Callable[[float, float], bool], bound: float) -> _Check:
    return _number(lambda value: compare(value, bound))


def _number(compare: Callable[[float], bool]) -> _Check:
    def check(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and compare(value)

    return check


def _unknown(value: object) -> bool:
    return value is None or value == ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip().casefold()


def _shown(written: Written) -> str:
    return " or ".join(str(value) for value in written) if isinstance(written, list) else str(written)
