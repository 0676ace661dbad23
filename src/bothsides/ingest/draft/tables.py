"""The drafted columns of a file's main table: fields, constants, translations and formats with their reasons."""

from dataclasses import replace

from bothsides.ingest.draft.choices import Translation, translate
from bothsides.ingest.draft.figures import SIGNS
from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.links import Network
from bothsides.ingest.draft.matching import Match, codelike
from bothsides.ingest.draft.ratings import best_rating, with_scale
from bothsides.ingest.draft.records import ColumnDraft, Sure, TableDraft
from bothsides.ingest.draft.wording import (
    currency_reason,
    date_reason,
    figure_reason,
    null_reason,
    reason,
    word_reason,
)
from bothsides.schema import TABLES, Kind, table
from bothsides.schema.column import Column


def main_table(network: Network, position: int) -> TableDraft:
    """The table that accounts for the records of the file, its columns in the schema's order."""
    guess = network.guesses[position]
    columns = []
    for column in table(guess.table).columns[1:]:
        if column.name in guess.found:
            columns.append(_field(network, position, column))
        elif column.name == "side" and (decided := network.sides[position]) is not None:
            columns.append(ColumnDraft(column="side", value=decided.value, sure=decided.sure, reason=decided.reason))
        elif column.name == "best_rating" and (best := best_rating(guess)) is not None:
            columns.append(best)
    if (
        guess.table == "accounts"
        and guess.key is not None
        and "name" not in guess.found
        and not codelike(guess.key.field)
    ):
        field = guess.key.field
        columns.append(
            ColumnDraft(
                column="name",
                fields=(field.name,),
                sure=Sure.LIKELY,
                reason="the key is the name",
                examples=field.examples,
            )
        )
    drafted = TableDraft(name=guess.table, key=(), columns=tuple(columns))
    return drafted if guess.key is None else with_key(drafted, guess.key)


def with_key(drafted: TableDraft, key: Match) -> TableDraft:
    """The table known by that field, with how sure that is and why."""
    field = key.field
    said = f"named '{field.name}'" if key.named >= 0.9 else f"'{field.name}' contains the word"
    if key.named < 0.5:
        said = f"'{field.name}' stands first and never repeats"
    if not key.named:
        said = f"'{field.name}' holds companies that other files name"
    sure, unique = key.sure if key.named else Sure.LIKELY, f"every one of {field.rows:,} rows has its own"
    if field.repeated:
        sure = Sure.LIKELY if field.repeated <= 0.05 * field.distinct else Sure.GUESS
        unique = f"{field.sharing:,} of {field.rows:,} rows share one with another row"
    return replace(
        drafted, key=(field.name,), key_sure=sure, key_reason=f"{said}, {unique}", key_examples=field.examples
    )


def _field(network: Network, position: int, column: Column) -> ColumnDraft:
    guess = network.guesses[position]
    match = guess.found[column.name]
    guessed = column.name in guess.guessed
    nothing = "" if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER) else null_reason(match.field)
    sure = _sure(match, guessed=guessed)
    drafted = ColumnDraft(
        column=column.name,
        fields=(match.field.name,),
        formats=match.field.dates.formats if match.field.dates and column.kind in (Kind.TIMESTAMP, Kind.DATE) else (),
        sure=Sure.LIKELY if nothing and sure is Sure.SURE else sure,
        reason=reason(match, guessed=guessed) + date_reason(match.field) + figure_reason(match.field) + nothing,
        examples=match.field.examples,
    )
    if column.kind is Kind.CHOICE:
        return _with_words(drafted, guess, column, match)
    if column.kind is Kind.CURRENCY:
        return _with_codes(drafted, match)
    if column.name == "rating" and "best_rating" not in guess.found:
        return with_scale(drafted, match.field)
    if column.kind is Kind.ID:
        return _with_target(drafted, network, position, column)
    return drafted


def _sure(match: Match, *, guessed: bool) -> Sure:
    if guessed:
        return Sure.LIKELY if match.column == "currency" else Sure.GUESS
    dates, figures = match.field.dates, match.field.figures
    if dates is not None and dates.rival:
        return Sure.GUESS
    if figures is not None and figures.doubtful and match.column not in ("results", "responses", "quantity"):
        return Sure.LIKELY if match.sure is Sure.SURE else Sure.GUESS
    return match.sure


def _with_words(drafted: ColumnDraft, guess: FileGuess, column: Column, match: Match) -> ColumnDraft:
    translation = translate(guess.table, column.name, match.field.words)
    return ColumnDraft(
        column=drafted.column,
        fields=drafted.fields,
        words=translation.pairs,
        other=column.default if translation.unknown and column.name != "status" else None,
        sure=_less_sure(drafted.sure, translation),
        reason=drafted.reason + word_reason(translation, column),
        examples=drafted.examples,
    )


def _less_sure(sure: Sure, translation: Translation) -> Sure:
    if translation.unknown:
        return Sure.GUESS
    return Sure.LIKELY if translation.doubtful and sure is Sure.SURE else sure


def _with_codes(drafted: ColumnDraft, match: Match) -> ColumnDraft:
    """Signs translated to their codes; a word that is no code makes the column likely at most."""
    signs = tuple((word, SIGNS[word]) for word, _ in match.field.words if word in SIGNS)
    doubt = currency_reason(match.field)
    return replace(
        drafted,
        words=signs,
        sure=Sure.LIKELY if (doubt or signs) and drafted.sure is Sure.SURE else drafted.sure,
        reason=drafted.reason + doubt,
    )


def _with_target(drafted: ColumnDraft, network: Network, position: int, column: Column) -> ColumnDraft:
    """Where a reference points: into a file that was given, or nowhere yet."""
    link = network.link(position, column.name)
    if link is not None:
        target = network.guesses[link.target].profile.name
        found = f"; {link.share:.0%} of its values are keys of {target}"
        doubt = drafted.sure if link.share >= 0.9 else Sure.LIKELY
        return _replaced(
            drafted, reason=drafted.reason + found, sure=doubt, keep=not column.required and link.share < 1
        )
    mention = network.mention(position, column.name)
    if mention is not None:
        target = network.guesses[mention.target].profile.name
        why = f"; {mention.share:.0%} of its values are {mention.side}s of {target}"
        doubt = drafted.sure if mention.share >= 0.9 else Sure.LIKELY
        return _replaced(drafted, reason=drafted.reason + why, sure=doubt, keep=not column.required)
    entity = column.references == "accounts" and (column.side is not None or _own_side(network, position))
    if entity or column.references is None or column.references not in _fed(network):
        keep = not column.required and not entity and column.references in TABLES
        why = f"; no file of {column.references} was given" if keep else ""
        return _replaced(drafted, reason=drafted.reason + why, sure=drafted.sure, keep=keep)
    why = f"; few of its values are keys of the {column.references} given"
    return _replaced(drafted, reason=drafted.reason + why, sure=Sure.GUESS, keep=not column.required)


def _own_side(network: Network, position: int) -> bool:
    """Whether rows of this file have a constant side, so that accounts can be made from their names."""
    return network.sides[position] is not None and network.guesses[position].table == "opportunities"


def _fed(network: Network) -> frozenset[str]:
    return frozenset(guess.table for guess in network.guesses)


def _replaced(drafted: ColumnDraft, *, reason: str, sure: Sure, keep: bool) -> ColumnDraft:
    return ColumnDraft(
        column=drafted.column,
        fields=drafted.fields,
        orphans="keep" if keep else None,
        sure=sure,
        reason=reason,
        examples=drafted.examples,
    )
