"""Numbers and money from text: signs, separators and currency marks removed, rounded half-even without a float."""

from bothsides.ingest.literals import literals
from bothsides.schema.money import CURRENCIES

_MARKS = r"(?:[A-Z]{1,3}\$?|US|kr\.?|Kr\.?|Fr\.?|zł|Kč|Ft|Rs\.?|Rp\.?|R\$|лв\.?)"
_CODES = "|".join(CURRENCIES)
MICRO = 6
"""Decimals of the fast path, which is a 64-bit integer."""
FINE = 10
"""Decimals of the careful path, which is a 128-bit integer."""


def quick_micros(field: str, *, decimal: str, shift: int) -> str:
    """SQL: plain digits times 10**6 as BIGINT, exact; NULL for anything else."""
    text, places = field, MICRO + shift
    point = f"strpos({text}, '.')"
    fits = f"({point} = 0 OR strlen({text}) - {point} <= {places})"
    if decimal == ",":
        fits = f"{point} = 0 AND (strpos({field}, ',') = 0 OR strlen({field}) - strpos({field}, ',') <= {places})"
        text = f"replace({field}, ',', '.')"
    return f"CASE WHEN {fits} THEN TRY_CAST(TRY_CAST({text} || 'e{places}' AS DECIMAL(18,0)) AS BIGINT) END"


def plain_number(text: str, *, decimal: str) -> str:
    """SQL: a written amount as plain digits with a point, or NULL where it is not one.

    Takes currency signs and codes, blanks, apostrophes and well-formed thousands separators; parentheses, a leading
    or a trailing minus mean negative. '1,50' with decimal '.' is not a number: its group is too short.
    """
    thousands, point = (r"\.", ",") if decimal == "," else (",", r"\.")
    no_blanks = rf"replace(regexp_replace({text}, '[\s\x{{00A0}}\x{{2007}}\x{{202F}}\p{{Sc}}''’]', '', 'g'), '−', '-')"
    no_prefix = rf"regexp_replace({no_blanks}, '^([(+-]*){_MARKS}([(+-]*)', '\1\2')"
    no_suffix = rf"regexp_replace({no_prefix}, '(?:{_CODES}|kr\.?|zł|Kč|Ft)([)-]?)$', '\1')"
    body = (
        rf"(?:\d{{1,3}}(?:{thousands}\d{{2,3}})*{thousands}\d{{3}}|\d+)(?:{point}\d*)?"
        rf"|{point}\d+|\d+(?:{point}\d+)?[eE][+-]?\d{{1,2}}"
    )
    shape = rf"[+-]?(?:{body})|(?:{body})-|\(-?(?:{body})\)"
    digits = f"regexp_replace(n, '[-+()]|{thousands}', '', 'g')"
    if decimal == ",":
        digits = f"replace({digits}, ',', '.')"
    negative = "starts_with(n, '-') OR ends_with(n, '-') OR starts_with(n, '(')"
    signed = (
        f"CASE WHEN regexp_matches(n, '[eE]') THEN CAST(TRY_CAST(n AS DECIMAL(38,10)) AS VARCHAR) "
        f"WHEN {negative} THEN '-' || {digits} ELSE {digits} END"
    )
    # The list of one lets the long expression be written once and used as n.
    return f"list_transform([{no_suffix}], lambda n: CASE WHEN regexp_full_match(n, '{shape}') THEN {signed} END)[1]"


def fine_units(plain: str, *, shift: int) -> str:
    """SQL: plain digits times 10**10 as HUGEINT, exact to ten decimals; NULL where they do not fit."""
    return f"TRY_CAST(TRY_CAST({plain} || 'e{FINE + shift}' AS DECIMAL(38,0)) AS HUGEINT)"


def divisor(currency: str, *, places: int) -> str:
    """SQL: how many units of 10**-places one minor unit of the currency is, by its ISO 4217 exponent."""
    by_exponent: dict[int, list[str]] = {}
    for code, exponent in CURRENCIES.items():
        by_exponent.setdefault(exponent, []).append(code)
    cases = " ".join(
        f"WHEN list_contains({literals(codes)}, {currency}) THEN {10 ** (places - exponent)}"
        for exponent, codes in by_exponent.items()
        if exponent != 2
    )
    return f"CASE {cases} ELSE {10 ** (places - 2)} END"


def half_even(units: str, per_minor: str) -> str:
    """SQL: integer units divided into minor units, ties to the even one."""
    quotient, rest = f"({units} // {per_minor})", f"({units} % {per_minor})"
    up = f"abs({rest}) * 2 > {per_minor} OR (abs({rest}) * 2 = {per_minor} AND {quotient} % 2 <> 0)"
    return f"({quotient} + CASE WHEN {rest} <> 0 AND ({up}) THEN sign({rest}) ELSE 0 END)"
