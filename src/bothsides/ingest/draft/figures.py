"""Numbers and money as written: decimal style, currency sign, and what cannot be told apart."""

from dataclasses import dataclass

import duckdb

from bothsides.schema.money import CURRENCIES

SIGNS: dict[str, str] = {
    "R$": "BRL",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₩": "KRW",
    "zł": "PLN",
    "$": "USD",
}
"""Currency signs and the currency they most often mean; longer signs first."""


def currency_code(word: str) -> str | None:
    """The ISO 4217 code that a word of a currency field says, None for a word that is none.

    >>> currency_code("EUR"), currency_code("usd"), currency_code("€"), currency_code("EURO")
    ('EUR', 'USD', 'EUR', None)
    """
    return SIGNS.get(word) or (word.upper() if word.upper() in CURRENCIES else None)


_COMMA_DECIMALS = frozenset("BRL EUR TRY RUB PLN DKK SEK NOK CZK HUF ARS CLP COP IDR VND".split())
_ENGLISH = r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?"
_CONTINENTAL = r"[+-]?(\d+|\d{1,3}([. ]\d{3})+)(,\d*)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStyle:
    """How a column writes numbers. `doubtful` means both decimal styles read every value, to different amounts."""

    decimal: str = "."
    currency: str | None = None
    signed: bool = False
    """A currency sign or code stands beside the numbers."""
    whole: bool = False
    low: float = 0.0
    high: float = 0.0
    share: float = 1.0
    doubtful: bool = False


def detect_figures(con: duckdb.DuckDBPyConnection) -> FigureStyle | None:
    """The number style of the column whose distinct values are in `draft_values`; None below 95 % numbers."""
    con.execute(
        r"""
        CREATE OR REPLACE TEMP TABLE draft_figures AS
        WITH bare AS (
          SELECT value, n, regexp_replace(value, '(US|R|A|C)?\$|[£€¥₹₺₽₩]|zł|\b[A-Z]{3}\b', '', 'g') AS unsigned
          FROM draft_values
        )
        SELECT n, value, unsigned <> value AS signed,
               trim(regexp_replace(regexp_replace(unsigned, '^\s*\((.*)\)\s*$', '-\1'), '^\s*-\s+', '-')) AS figure
        FROM bare
        """
    )
    row = con.execute(
        """
        WITH read AS (
          SELECT n, signed, figure,
                 regexp_full_match(figure, $english) AS english,
                 regexp_full_match(figure, $continental) AS continental,
                 NOT contains(figure, '.') AND NOT contains(figure, ',') AND NOT contains(figure, ' ') AS plain
          FROM draft_figures
        )
        SELECT sum(n),
               coalesce(sum(n) FILTER (english AND NOT continental), 0),
               coalesce(sum(n) FILTER (continental AND NOT english), 0),
               coalesce(sum(n) FILTER (english AND continental AND plain AND figure <> ''), 0),
               coalesce(sum(n) FILTER (english AND continental AND NOT plain), 0),
               coalesce(sum(n) FILTER (signed), 0)
        FROM read
        """,
        {"english": _ENGLISH, "continental": _CONTINENTAL},
    ).fetchone()
    if row is None or not row[0]:
        return None
    total, english, continental, plain, both, signed = (int(figure) for figure in row)
    decimal, doubtful = _style(english, continental, both, currency := _currency(con) if signed else None)
    readable = plain + both + (continental if decimal == "," else english)
    if readable < 0.95 * total:
        return None
    return _measure(
        con, decimal, doubtful=doubtful, share=readable / total, currency=currency, signed=signed > total / 2
    )


def _style(english: int, continental: int, both: int, currency: str | None) -> tuple[str, bool]:
    if english or continental:
        return ("," if continental > english else "."), False
    return ("," if currency in _COMMA_DECIMALS else "."), both > 0


def _currency(con: duckdb.DuckDBPyConnection) -> str | None:
    """The commonest currency named by a sign or code beside the numbers."""
    row = con.execute(
        r"SELECT regexp_extract(value, '((US|R|A|C)?\$|[£€¥₹₺₽₩]|zł|\b[A-Z]{3}\b)') AS sign, sum(n) FROM draft_figures "
        "WHERE signed GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    code = SIGNS.get(row[0], row[0])
    return code if code in CURRENCIES else None


def _measure(
    con: duckdb.DuckDBPyConnection, decimal: str, *, doubtful: bool, share: float, currency: str | None, signed: bool
) -> FigureStyle:
    drop, point = (". ", ",") if decimal == "," else (", ", ".")
    row = con.execute(
        """
        WITH numbers AS (
          SELECT try_cast(replace(translate(figure, $drop, ''), $point, '.') AS DOUBLE) AS number FROM draft_figures
        )
        SELECT min(number), max(number), bool_and(number = trunc(number)) FROM numbers WHERE number IS NOT NULL
        """,
        {"drop": drop, "point": point},
    ).fetchone()
    low, high, whole = row if row and row[0] is not None else (0.0, 0.0, True)
    return FigureStyle(
        decimal=decimal,
        currency=currency,
        signed=signed,
        whole=bool(whole),
        low=float(low),
        high=float(high),
        share=share,
        doubtful=doubtful,
    )
