"""Which table of the market one file is, and which of its fields feed which columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bothsides.ingest.draft.choices import translate
from bothsides.ingest.draft.matching import Match, key_match, matches, repeated_key, value_fit
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile, FileProfile, Shape
from bothsides.ingest.draft.synonyms import TABLE_NAMES, file_hints
from bothsides.schema import TABLES, Kind, Side
from bothsides.schema.column import Column

DERIVED = frozenset({"side", "currency"})
"""Required columns that a constant can feed when no field does."""
_ENOUGH = 1.6
_MOST = 0.5
"""Share of the records whose words must be known, for a field to say the side."""
_FEW_WORDS = 20
_FEW = 0.05
"""Share of the numbers of a file up to which repeats are mistakes."""
_HINT = 1.5
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("buyer_id", "supplier_id"), ("amount", "placed_at")),
    "quotes": (("buyer_id", "supplier_id", "responses"), ("requested_at",)),
    "order_lines": (("order_id",), ("listing_id", "quantity", "amount")),
    "fees": (("amount",), ("charged_at", "order_id")),
    "visits": (("started_at",), ("visitor_id", "account_id", "channel", "sessions")),
    "shipments": (("order_id",), ("shipped_at", "delivered_at", "promised_at")),
    "reviews": (("rating", "recommends"), ("reviewed_at",)),
    "subscriptions": (("account_id",), ("amount",), ("started_at",)),
    "refunds": (("amount",), ("order_id", "refunded_at")),
    "stage_changes": (("lead_id",), ("stage",), ("changed_at",)),
    "events": (("occurred_at",), ("name",)),
    "touches": (("occurred_at",), ("lead_id", "account_id", "kind")),
    "spend": (("amount",), ("spent_at",), ("channel", "campaign_id", "side", "kind")),
    "fx_rates": (("rate",), ("currency",)),
    "listings": (("supplier_id", "price", "title"),),
    "contacts": (("email", "role", "account_id"), ("name", "email")),
    "opportunities": (("status", "closed_at"), ("amount", "opened_at", "closed_at")),
    "campaigns": (("name", "started_at"),),
    "pushes": (("started_at",), ("assignment", "intensity", "category", "region")),
}
"""Of each group one column must be found, or the file is not that table whatever it is called."""
_NAMED_ROWS = frozenset({"accounts", "leads", "campaigns", "contacts", "listings"})
"""Tables whose rows are things with a name or number of their own: without such a field a file is not one of them."""
_TRADE = frozenset({"orders", "quotes", "order_lines", "spend"})
"""Tables that their columns alone can tell, whatever the file and its key are called."""
_DEAL_WORDS = frozenset({"deal", "deals", "opportunity", "potential", "opp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGuess:
    """One file read as one table. `guessed` columns were found by values alone; `lines` is a repeated order key."""

    profile: FileProfile
    table: str
    score: float
    key: Match | None
    found: Mapping[str, Match]
    guessed: frozenset[str] = frozenset()
    lines: ColumnProfile | None = None

    def field(self, column: str) -> ColumnProfile | None:
        """The source field that feeds the column."""
        return self.found[column].field if column in self.found else None

    @property
    def missing(self) -> tuple[Column, ...]:
        """Required columns that neither a field, a default nor a constant feeds."""
        return tuple(
            column
            for column in TABLES[self.table].columns[1:]
            if column.required and column.default is None and column.name not in DERIVED | set(self.found)
        )


def guess_table(profile: FileProfile) -> FileGuess | None:
    """The table the file fits best, None when it fits none of them."""
    if not profile.rows:
        return None
    guesses = [guess for table in TABLE_NAMES if (guess := _as_table(profile, table)) is not None]
    best = max(guesses, key=lambda guess: guess.score, default=None)
    return None if best is None else _told_by_values(best)


def accounts_known_by(profile: FileProfile, key: ColumnProfile) -> FileGuess | None:
    """The file as a list of accounts known by that field, None when no other field describes a company by its name."""
    found = {match.column: match for match in matches("accounts", tuple(f for f in profile.columns if f is not key))}
    if not any(match.named >= 0.9 and match.fit >= 0.7 for match in found.values()):
        return None
    named = Match(column="account_id", field=key, named=0.0, fit=1.0)
    return _told_by_values(FileGuess(profile=profile, table="accounts", score=0.0, key=named, found=found))


def _told_by_values(guess: FileGuess) -> FileGuess:
    """The guess with what values alone can tell: a field of two side words, and a free field of ISO codes."""
    return _with_currency(_with_side(guess))


def _with_side(guess: FileGuess) -> FileGuess:
    """The side of accounts or leads from a field that holds words for both sides, whatever it is called."""
    if guess.table not in ("accounts", "leads") or "side" in guess.found:
        return guess
    key = guess.key.field if guess.key else None
    for field in guess.profile.columns:
        read = translate(guess.table, "side", field.words)
        meant = {dict(read.pairs).get(word, word) for word, _ in field.words if word not in read.unknown}
        if field is not key and len(meant) == len(Side) and read.share > _MOST and field.distinct <= _FEW_WORDS:
            found = {column: match for column, match in guess.found.items() if match.field is not field}
            found["side"] = Match(column="side", field=field, named=0.6, fit=read.share)
            return replace(guess, found=found)
    return guess


def _with_currency(guess: FileGuess) -> FileGuess:
    names = TABLES[guess.table].column_names
    codes = next((field for field in _free(guess) if field.shape is Shape.CURRENCY), None)
    if codes is None or "currency" not in names or "currency" in guess.found:
        return guess
    match = Match(column="currency", field=codes, named=0.3, fit=1.0)
    return replace(guess, found={**guess.found, "currency": match}, guessed=guess.guessed | {"currency"})


def _free(guess: FileGuess) -> Iterator[ColumnProfile]:
    """Fields that feed nothing yet."""
    taken = {match.field.name for match in guess.found.values()}
    taken |= {field.name for field in (guess.key.field if guess.key else None, guess.lines) if field is not None}
    return (field for field in guess.profile.columns if field.name not in taken)


def nearest_table(profile: FileProfile) -> str:
    """The table that the names and values of a file are nearest to, although it is not that table."""
    return max((_read_as(profile, table)[0] for table in TABLE_NAMES), key=lambda guess: guess.score).table


def _as_table(profile: FileProfile, table: str) -> FileGuess | None:
    guess, key, hint = _read_as(profile, table)
    return guess if _convincing(guess, guess.score, key, hint) else None


def _read_as(profile: FileProfile, table: str) -> tuple[FileGuess, Match | None, float]:
    """The file as that table, its key as found, and how far its name says so."""
    hint = _hinted(profile.stem, table)
    key = _key(table, profile.columns, hinted=hint > 0)
    repeated = None
    if key is None or key.named < 0.9:
        repeated = repeated_key(table, profile.columns, most=1.0 if table == "orders" else _FEW)
    key = repeated or key
    free = tuple(field for field in profile.columns if key is None or field.name != key.field.name)
    found = {match.column: match for match in matches(table, free)}
    lines = repeated.field if repeated is not None and table == "orders" and _are_lines(repeated.field, found) else None
    found, guessed = _filled_by_value(table, free, found, hinted=hint > 0)
    guess = FileGuess(
        profile=profile, table=table, score=0.0, key=None if lines else key, found=found, guessed=guessed, lines=lines
    )
    return replace(guess, score=_score(guess, key, hint)), key, hint


def _convincing(guess: FileGuess, score: float, key: Match | None, hint: float) -> bool:
    """Whether the file is that table at all: by its name, by its own key, or by every required column."""
    if score < _ENOUGH or not _has_needed(guess.table, guess.found):
        return False
    if (guess.lines is not None and "buyer_id" not in guess.found) or (guess.missing and score < 3):
        return False
    anchored = hint > 0 or (key is not None and key.named >= 0.9 and words(key.field.name) != ("id",))
    if guess.table in _NAMED_ROWS:
        described = any(match.named >= 0.9 and match.fit >= 0.7 for match in guess.found.values())
        dated_leads = guess.table == "leads" and hint > 0 and "created_at" in guess.found.keys() - guess.guessed
        return anchored and described and (key is not None or dated_leads)
    if guess.table == "opportunities":
        return anchored or any(_DEAL_WORDS.intersection(words(match.field.name)) for match in guess.found.values())
    return anchored or (guess.table in _TRADE and score >= 4 and not guess.missing and not guess.guessed)


def _hinted(file_stem: str, table: str) -> float:
    """Whether the file's name says it is that table; the longest hint counts."""
    stem = words(file_stem)
    best = 0.0
    for hint in file_hints(table):
        size = len(hint)
        if any(stem[start : start + size] == hint for start in range(len(stem) - size + 1)):
            best = max(best, _HINT + 0.5 * (size - 1) + (0.3 if stem == hint else 0.0))
    return best


def _key(table: str, fields: tuple[ColumnProfile, ...], *, hinted: bool) -> Match | None:
    match = key_match(table, fields)
    if match is None:
        return None
    id_like = match.field.shape in (Shape.ID, Shape.NUMBER) and match.field.position == 0
    return match if match.named >= 0.5 or (hinted and id_like) else None


def _are_lines(number: ColumnProfile, found: Mapping[str, Match]) -> bool:
    """Whether the file has one row per line: order numbers repeat as a rule, with one buyer and one date each."""
    same = [found[column].field.name for column in ("buyer_id", "placed_at") if column in found]
    return number.repeated > _FEW * number.distinct and bool(same) and number.steady.issuperset(same)


def _has_needed(table: str, found: Mapping[str, Match]) -> bool:
    return all(any(column in found for column in group) for group in _NEEDED.get(table, ()))


def _score(guess: FileGuess, key: Match | None, hint: float) -> float:
    """Sum of the matches, required columns twice, less what is missing."""
    score = hint
    if key is not None and key.named >= 0.5:
        score += 0.5 * key.score + (1.0 if key.named >= 0.95 and words(key.field.name)[0] != "id" else 0.0)
    for name, match in guess.found.items():
        if name in guess.guessed:
            continue
        column = TABLES[guess.table].column(name)
        score += match.score * (2.0 if column.required and column.default is None else 1.0)
    return score - 1.5 * len(guess.missing)


def _filled_by_value(
    table: str, fields: tuple[ColumnProfile, ...], found: dict[str, Match], *, hinted: bool
) -> tuple[dict[str, Match], frozenset[str]]:
    """Feed a missing required date or amount from the only kind of field it can be, as a guess."""
    filled, guessed = dict(found), set[str]()
    taken = {match.field.name for match in found.values()}
    for column in TABLES[table].columns[1:]:
        wanted = column.required and column.default is None and column.name not in filled
        if not wanted or column.kind not in (Kind.TIMESTAMP, Kind.DATE, Kind.MONEY) or not (hinted or found):
            continue
        able = [field for field in fields if field.name not in taken and _valuable(table, column, field)]
        best = max(
            able, key=lambda field: (field.shape is Shape.MONEY, field.filled_share, -field.position), default=None
        )
        if best is not None:
            filled[column.name] = Match(column=column.name, field=best, named=0.3, fit=1.0)
            guessed.add(column.name)
            taken.add(best.name)
    return filled, frozenset(guessed)


def _valuable(table: str, column: Column, field: ColumnProfile) -> bool:
    if value_fit(table, column, field) <= 0 or field.filled_share < 0.5:
        return False
    if column.kind is Kind.MONEY:
        return field.shape is Shape.MONEY or (field.figures is not None and not field.figures.whole)
    return True
