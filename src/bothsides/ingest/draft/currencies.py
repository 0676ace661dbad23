"""In which currency a market reports and which amounts need rates: from headers, signs and currency fields."""

from collections import Counter
from collections.abc import Sequence

from bothsides.ingest.draft.figures import currency_code
from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.matching import CURRENCY_WORDS
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile
from bothsides.ingest.draft.records import LIKELY, TODO_RATES, SourceDraft
from bothsides.schema.money import CURRENCIES

_MOST = 0.5
"""Share of the records that a code must exceed to be proposed as the reporting currency."""


def source_currency(numbers: Sequence[ColumnProfile]) -> str | None:
    """The currency by sign beside the amounts, or by a code in their names: 'Net Amount EUR', 'value_usd', '(GBP)'."""
    signs = Counter(field.figures.currency for field in numbers if field.figures and field.figures.currency)
    named = Counter(word.upper() for field in numbers for word in words(field.name) if _is_code(word, field.name))
    found = signs or named
    return found.most_common(1)[0][0] if found else None


def _is_code(word: str, name: str) -> bool:
    """'Total EUR' and 'total_eur' say a currency; 'Total all' does not mean the Albanian lek."""
    return word in CURRENCY_WORDS or (word.upper() in CURRENCIES and word.upper() in name and name != name.upper())


def code_counts(guesses: Sequence[FileGuess]) -> tuple[str, Counter[str]]:
    """How many records are in each currency by their currency field: of orders where there are some, else of all."""
    counts: dict[str, Counter[str]] = {}
    for guess in guesses:
        field = guess.field("currency")
        if guess.table == "fx_rates" or field is None:
            continue
        own = counts.setdefault(guess.table, Counter())
        for word, count in field.words:
            if (code := currency_code(word)) is not None:
                own[code] += count
    if counts.get("orders"):
        return "orders", counts["orders"]
    return "records", sum(counts.values(), Counter())


def reporting_currency(
    asked: str | None, known: str | None, sources: Sequence[SourceDraft], used: tuple[str, Counter[str]]
) -> tuple[str | None, str]:
    """The reporting currency and why; None where no file says one, or none is in most of the records."""
    if asked is not None:
        return asked, "named on the command line"
    if known is not None:
        return known, "the currency of the recognised files"
    rows, codes = used
    if codes:
        code, count = codes.most_common(1)[0]
        share = count / codes.total()
        if len(codes) == 1:
            return code, "the only code in the currency field"
        if share > _MOST:
            others = ", ".join(sorted(other for other in codes if other != code))
            return code, f"{LIKELY}{min(round(100 * share), 99)} % of {rows} are in {code}; the others: {others}"
        return None, ""
    found = Counter(source.currency for source in sources if source.currency)
    if not found:
        return None, ""
    code, count = found.most_common(1)[0]
    rest = sorted(other for other in found if other != code)
    also = f"; also seen: {', '.join(rest)}" if rest else ""
    return code, f"written beside or above the amounts of {count} source{'s' if count > 1 else ''}{also}"


def rates_needed(chosen: str | None, sources: Sequence[SourceDraft], used: tuple[str, Counter[str]]) -> tuple[str, ...]:
    """What to do about amounts in another currency than the reporting one."""
    if chosen is None or any(drafted.name == "fx_rates" for source in sources for drafted in source.tables):
        return ()
    foreign = [source.source for source in sources if source.currency not in (None, chosen)]
    rows, codes = used
    mixed = sorted(code for code in codes if code != chosen)
    said = [f"{', '.join(foreign)} has amounts in another currency than {chosen}"] if foreign else []
    if mixed:
        said.append(f"{sum(codes[code] for code in mixed):,} {rows} are in {', '.join(mixed[:6])}, not in {chosen}")
    if not said:
        return ()
    todo = (
        f"{TODO_RATES}{'; '.join(said)}. They are quarantined until a file of rates (currency, date, rate) is mapped "
        "to fx_rates."
    )
    return (todo,)
