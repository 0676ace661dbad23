"""How well one source field fits one schema column: by its name, by its values, and the two together."""

from dataclasses import dataclass

from bothsides.ingest.draft.choices import translate
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile, Shape
from bothsides.ingest.draft.records import Sure
from bothsides.ingest.draft.synonyms import synonyms
from bothsides.schema import TABLES, Kind
from bothsides.schema.column import Column

_FILLERS = frozenset("the of a an our is de do da name names".split())
_TAILS = frozenset(
    "date time at on name label price cost code amount value in local utc gross net total ex excl incl vat id no "
    "number".split()
)
CURRENCY_WORDS = frozenset("gbp usd eur brl aud cad chf inr jpy sek nok dkk pln czk huf cny mxn zar nzd sgd".split())
"""Codes that are no words of any language, so that they tell a currency however they are written."""
_CODES = frozenset("id no nr code number nummer num key uuid uid ref sku".split())
_LOOSE_CATEGORIES = frozenset(
    {("group",), ("class",), ("segment",), ("product", "group"), ("gruppe",), ("department",)}
)
"""Names that mean a category only where the values are a few words that repeat."""
_STATUS = frozenset("status statut estado estatus situacao".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One field for one column. `named` and `fit` are 0..1; `score` is their product."""

    column: str
    field: ColumnProfile
    named: float
    fit: float

    @property
    def score(self) -> float:
        """How good the match is, 0..1."""
        return self.named * self.fit

    @property
    def sure(self) -> Sure:
        """Name and values agree: sure; a partial name or an odd value: likely; else a guess."""
        if self.named >= 0.9 and self.fit >= 0.9:
            return Sure.SURE
        return Sure.LIKELY if self.score >= 0.5 else Sure.GUESS


def name_score(field: str, table: str, column: str) -> float:
    """How much a field's name says it is that column: 1 for a synonym, less for a part of it, 0 for a stranger.

    >>> name_score("SupplierId", "orders", "supplier_id"), name_score("Favourite colour", "orders", "amount")
    (1.0, 0.0)
    """
    mine = tuple(word for word in words(field) if word not in CURRENCY_WORDS)
    bare = _without_table(mine, table)
    best = 0.0
    for rank, theirs in enumerate(synonyms(table, column)):
        if mine == theirs:
            return 1.0 - min(rank, 40) / 1000
        if bare == theirs:
            best = max(best, 0.93 - min(rank, 40) / 1000)
        else:
            best = max(
                best, *(0.45 + 0.35 * len(theirs) / len(one) for one in (mine, bare) if _inside(theirs, one)), 0.0
            )
    return best


def _without_table(field: tuple[str, ...], table: str) -> tuple[str, ...]:
    """'order_purchase_date' in an order file is a purchase date, 'Total order amount' a total amount."""
    own = {*table.removesuffix("s").split("_"), *_FILLERS}
    return tuple(word for word in field if word not in own) or field


def _inside(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether the part ends the whole, or starts it with nothing but a measure word after it."""
    size = len(part)
    if not size or size >= len(whole) or part == ("id",):
        return False
    return whole[-size:] == part or (whole[:size] == part and _TAILS.issuperset(whole[size:]))


def value_fit(table: str, column: Column, field: ColumnProfile) -> float:
    """How well the values suit the column's kind, 0..1; 0 means they cannot be typed as it."""
    if field.shape is Shape.BLANK:
        return 0.0
    if column.name == "email":
        return 1.0 if field.shape is Shape.EMAIL else 0.0
    if column.kind is Kind.CHOICE:
        return _choice_fit(table, column, field)
    if column.name == "category" and words(field.name) in _LOOSE_CATEGORIES and field.shape is not Shape.WORDS:
        return 0.0
    if column.name == "name" and codelike(field):
        return 0.3
    return _FITS[column.kind].get(field.shape, 0.0) if _typed(column, field) else 0.0


_TEXTS = {
    Shape.WORDS: 1.0,
    Shape.TEXT: 1.0,
    Shape.ID: 0.95,
    Shape.NUMBER: 0.7,
    Shape.EMAIL: 0.8,
    Shape.LINK: 0.4,
    Shape.CURRENCY: 0.6,
    Shape.BOOLEAN: 0.2,
    Shape.DATE: 0.2,
    Shape.MONEY: 0.1,
}
_FITS: dict[Kind, dict[Shape, float]] = {
    Kind.ID: {
        **_TEXTS,
        Shape.ID: 1.0,
        Shape.NUMBER: 1.0,
        Shape.EMAIL: 0.9,
        Shape.BOOLEAN: 0.1,
        Shape.DATE: 0.0,
        Shape.MONEY: 0.0,
    },
    Kind.TEXT: _TEXTS,
    Kind.MONEY: {Shape.MONEY: 1.0, Shape.NUMBER: 1.0},
    Kind.CURRENCY: {Shape.CURRENCY: 1.0, Shape.WORDS: 0.5, Shape.TEXT: 0.5, Shape.ID: 0.5},
    Kind.INTEGER: {Shape.NUMBER: 1.0, Shape.BOOLEAN: 0.8},
    Kind.NUMBER: {Shape.NUMBER: 1.0, Shape.BOOLEAN: 0.5},
    Kind.BOOLEAN: {Shape.BOOLEAN: 1.0},
    Kind.DATE: {Shape.DATE: 1.0},
    Kind.TIMESTAMP: {Shape.DATE: 1.0},
}


def codelike(field: ColumnProfile) -> bool:
    """Whether a field holds numbers or codes of things, by its values or the last word of its name."""
    return field.shape in (Shape.ID, Shape.NUMBER) or (words(field.name) or ("",))[-1] in _CODES


def _typed(column: Column, field: ColumnProfile) -> bool:
    if column.kind is Kind.INTEGER or (column.kind is Kind.ID and field.shape is Shape.NUMBER):
        return field.figures is None or field.figures.whole
    return True


def _choice_fit(table: str, column: Column, field: ColumnProfile) -> float:
    if field.shape not in (Shape.WORDS, Shape.TEXT, Shape.ID) or field.distinct > 60:
        return 0.0
    share = translate(table, column.name, field.words).share
    if column.name == "status" and share < 0.3 and not _STATUS.intersection(words(field.name)):
        return 0.0
    if column.default is None:
        return share if share >= 0.95 else 0.0
    return max(share, 0.3)


def matches(table: str, fields: tuple[ColumnProfile, ...]) -> tuple[Match, ...]:
    """The best pairing of fields and columns of the table, each used once, best pairs first."""
    candidates = [
        Match(column=column.name, field=field, named=named, fit=fit)
        for column in TABLES[table].columns[1:]
        for field in fields
        if (named := name_score(field.name, table, column.name)) > 0 and (fit := value_fit(table, column, field)) > 0
    ]
    candidates.sort(key=lambda match: (-match.score, -match.field.filled_share, match.field.position))
    chosen: dict[str, Match] = {}
    taken: set[str] = set()
    for match in candidates:
        if match.score >= 0.3 and match.column not in chosen and match.field.name not in taken:
            chosen[match.column] = match
            taken.add(match.field.name)
    return tuple(chosen.values())


def key_match(table: str, fields: tuple[ColumnProfile, ...]) -> Match | None:
    """The field that names the rows of the table: filled everywhere, never repeated, best name first."""
    key = TABLES[table].columns[0]
    able = [field for field in fields if field.unique and value_fit(table, key, field) > 0]
    scored = [
        Match(
            column=key.name,
            field=field,
            named=name_score(field.name, table, key.name),
            fit=value_fit(table, key, field),
        )
        for field in able
    ]
    return max(
        scored,
        key=lambda match: (round(match.score, 1), codelike(match.field), -match.field.position),
        default=None,
    )


def repeated_key(table: str, fields: tuple[ColumnProfile, ...], *, most: float = 1.0) -> Match | None:
    """A field named like the number of a row although some numbers repeat, at most that share of them."""
    key = TABLES[table].columns[0]
    for field in fields:
        named = name_score(field.name, table, key.name)
        if named >= 0.9 and 0 < field.repeated <= most * field.distinct and words(field.name) != ("id",):
            return Match(column=key.name, field=field, named=named, fit=0.8)
    return None
