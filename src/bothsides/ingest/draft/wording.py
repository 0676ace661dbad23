"""Why a draft says what it says, in words a person without SQL can check against the file."""

from bothsides.ingest.draft.choices import Translation
from bothsides.ingest.draft.figures import currency_code
from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.matching import Match, name_score
from bothsides.ingest.draft.profile import ColumnProfile, Shape
from bothsides.schema import TABLES
from bothsides.schema.column import Column

_ADVICE: dict[tuple[str, str], str] = {
    (
        "orders",
        "supplier_id",
    ): "name the field that holds the seller; a file of one seller needs a field with its name in every row",
    ("orders", "buyer_id"): "name the field that holds the customer",
    ("orders", "amount"): "name the field that holds the value without tax and shipping",
    ("orders", "placed_at"): "name the field that holds the date of the order",
    (
        "leads",
        "created_at",
    ): "ask for the export with the date of creation; without dates a lead cannot be counted in any period",
    ("listings", "listed_at"): "ask for the date from which each listing could be bought",
    ("stage_changes", "changed_at"): "ask for the history export, with the date each stage was entered",
}


def reason(match: Match, *, guessed: bool) -> str:
    """'named 'SupplierName' and 343 distinct in 13,492 rows'."""
    field = match.field
    if guessed:
        said = f"the only field it can be by its values: {nature(field)}"
    elif match.named >= 0.9:
        said = f"named '{field.name}', {nature(field)}"
    else:
        said = f"'{field.name}' contains the word, {nature(field)}"
    return f"{said}, {field.figures_in_words}"


def nature(field: ColumnProfile) -> str:
    """What a field holds, in words: dates from .. to .., codes, e-mail addresses."""
    if field.dates is not None:
        return f"dates from {field.dates.low} to {field.dates.high}"
    if field.figures is not None and field.shape is not Shape.BOOLEAN:
        sign = f" in {field.figures.currency}" if field.figures.currency else ""
        return f"numbers{sign} from {field.figures.low:,.10g} to {field.figures.high:,.10g}"
    return {
        Shape.ID: "codes",
        Shape.EMAIL: "e-mail addresses",
        Shape.LINK: "links",
        Shape.BOOLEAN: "yes or no",
        Shape.CURRENCY: "currency codes",
        Shape.WORDS: "a few words that repeat",
    }.get(field.shape, "text")


def word_reason(translation: Translation, column: Column) -> str:
    """What happens to words of a closed list that nobody knows, and which words were taken with a doubt."""
    doubt = "".join(f"; {said}" for said in doubts(translation))
    return doubt + _unknown_reason(translation, column)


def doubts(translation: Translation) -> tuple[str, ...]:
    """What each word was taken for whose meaning is not sure."""
    return tuple(f"{word!r} is taken as {meant}: correct the map if it is not" for word, meant in translation.doubtful)


def _unknown_reason(translation: Translation, column: Column) -> str:
    if not translation.unknown:
        return ""
    unknown = ", ".join(repr(word) for word in translation.unknown[:6])
    if column.name == "status" or column.default is None:
        return f"; not known: {unknown}: their records go to quarantine until the map says what they mean"
    return f"; not known: {unknown}, taken as {column.default!r}: correct the map"


def date_reason(field: ColumnProfile) -> str:
    """The doubt about day and month, where there is one."""
    if field.dates is None:
        return ""
    doubts = []
    if field.dates.rival:
        doubts.append(
            f"no day above 12: every date reads day first and month first; if the other holds, write format = "
            f'"{field.dates.rival}"'
        )
    if field.dates.share < 1:
        doubts.append(f"{1 - field.dates.share:.2%} of the values are no dates and will be quarantined")
    return "".join(f"; {doubt}" for doubt in doubts)


def null_reason(field: ColumnProfile) -> str:
    """The doubt about words that may mean that nothing is known."""
    if not field.null_words:
        return ""
    said = ", ".join(f"{word!r} ({count:,} times)" for word, count in field.null_words)
    return f"; {said} may mean that nothing is known"


def odd_currencies(field: ColumnProfile) -> tuple[tuple[str, int], ...]:
    """Words of a currency field that are no ISO 4217 code, and in how many records."""
    return tuple((word, count) for word, count in field.words if currency_code(word) is None)


def currency_reason(field: ColumnProfile) -> str:
    """The doubt about words that are no ISO 4217 code, where there are some."""
    odd = odd_currencies(field)
    if not odd:
        return ""
    said = ", ".join(f"{word!r} ({_rows(count)})" for word, count in odd[:6])
    return f"; no ISO 4217 codes: {said}: they go to quarantine until the map says what they mean"


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"


def figure_reason(field: ColumnProfile) -> str:
    """The doubt about decimal point and comma, where there is one."""
    if field.figures is None or not field.figures.doubtful:
        return ""
    style = "comma" if field.figures.decimal == "," else "point"
    return f"; point and comma could both be the decimal sign, taken as decimal {style}"


def advice(guess: FileGuess, column: Column) -> str:
    """What to do about a required column that nothing feeds."""
    said = _ADVICE.get((guess.table, column.name), f"name the field that holds {column.meaning}")
    free = [field for field in guess.profile.columns if field.name not in _used(guess)]
    near = [field.name for field in free if name_score(field.name, guess.table, column.name) > 0 and field.filled]
    hint = f" (nearest field: {', '.join(repr(name) for name in near[:3])})" if near else ""
    owner = TABLES[guess.table].owner
    return f"{said}{hint}, or ask: {owner}"


def _used(guess: FileGuess) -> set[str]:
    used = {match.field.name for match in guess.found.values()}
    return used | ({guess.key.field.name} if guess.key else set())


def unused(field: ColumnProfile, guess: FileGuess | None) -> str:
    """Why a field feeds nothing."""
    if field.shape is Shape.BLANK:
        return "always blank"
    if field.distinct == 1 and field.filled == field.rows and field.rows > 1:
        return f"the same in every row: {field.examples[0]!r}"
    if field.shape is Shape.EMAIL:
        return "personal data that no metric needs"
    if guess is not None:
        known = _rival(field, guess) or _unfit(field, guess)
        if known:
            return known
    return f"no column of the schema asks for it ({nature(field)})"


def _rival(field: ColumnProfile, guess: FileGuess) -> str | None:
    for column, match in guess.found.items():
        if name_score(field.name, guess.table, column) >= 0.6:
            return f"{guess.table}.{column} is fed by '{match.field.name}'; swap them if this is the right one"
    return None


def _unfit(field: ColumnProfile, guess: FileGuess) -> str | None:
    """A field named like a column whose values are something else."""
    named = [one.name for one in TABLES[guess.table].columns if name_score(field.name, guess.table, one.name) >= 0.9]
    if not named:
        return None
    return f"named like {guess.table}.{named[0]}, but its values do not fit it ({nature(field)})"
