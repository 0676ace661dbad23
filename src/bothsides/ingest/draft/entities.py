"""Accounts that only appear inside other records: a ledger with buyer and supplier names is enough for an audit."""

from collections.abc import Iterator

from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.links import SIDE_WORDS, Network
from bothsides.ingest.draft.matching import value_fit
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile, Shape
from bothsides.ingest.draft.records import ColumnDraft, Sure, TableDraft
from bothsides.ingest.draft.synonyms import synonyms
from bothsides.schema import table

_TRAITS = ("name", "region", "segment", "country", "category")


def account_tables(network: Network, position: int, main: TableDraft) -> tuple[TableDraft, ...]:
    """One table of accounts, found in the records, per reference whose values are not all in a given file."""
    guess = network.guesses[position]
    used = {field for column in main.columns for field in column.fields} | set(main.key)
    found = []
    for column, side in _loose_references(network, position):
        traits = tuple(_traits(guess, guess.found[column].field, side, used))
        used |= {field for trait in traits for field in trait.fields}
        found.append(_accounts(guess.found[column].field, side, traits, _note(network, position, column, side)))
    return tuple(found)


def _loose_references(network: Network, position: int) -> Iterator[tuple[str, str]]:
    guess = network.guesses[position]
    for column in table(guess.table).columns[1:]:
        link = network.link(position, column.name)
        if column.references != "accounts" or column.name not in guess.found or (link and link.share == 1):
            continue
        own = network.sides[position]
        if column.side is not None:
            yield column.name, column.side.value
        elif guess.table == "opportunities" and column.name == "account_id" and own is not None:
            yield column.name, own.value


def _note(network: Network, position: int, column: str, side: str) -> str:
    field = network.guesses[position].found[column].field
    link = network.link(position, column)
    if link is None:
        return f"No file of {side}s was given: one account per value of '{field.name}' ({field.distinct:,} of them)."
    target = network.guesses[link.target].profile.name
    return (
        f"{1 - link.share:.1%} of the values of '{field.name}' are not in {target}: they become accounts of their own. "
        "Without this table their records would be quarantined."
    )


def _accounts(field: ColumnProfile, side: str, traits: tuple[ColumnDraft, ...], note: str) -> TableDraft:
    named = any(trait.column == "name" for trait in traits)
    columns = [ColumnDraft(column="side", value=side, reason=f"the values of '{field.name}' are {side}s")]
    if not named and field.shape in (Shape.TEXT, Shape.WORDS):
        columns.append(
            ColumnDraft(column="name", fields=(field.name,), reason="the key is the name", examples=field.examples)
        )
    return TableDraft(
        name="accounts",
        entities=True,
        where=((field.name, ("*",)),) if field.filled < field.rows else (),
        key=(field.name,),
        columns=(*columns, *traits),
        note=note,
    )


def _traits(guess: FileGuess, key: ColumnProfile, side: str, used: set[str]) -> Iterator[ColumnDraft]:
    """Fields that describe the party, known by the side in their name: 'Size of supplier', 'customer_country'."""
    taken = set[str]()
    for field in guess.profile.columns:
        if field.name in used or field.name == key.name:
            continue
        trait = _trait(field, side)
        if trait is not None and trait not in taken:
            taken.add(trait)
            yield ColumnDraft(
                column=trait,
                fields=(field.name,),
                sure=Sure.LIKELY,
                reason=f"'{field.name}' describes the {side}",
                examples=field.examples,
            )


def _trait(field: ColumnProfile, side: str) -> str | None:
    said = words(field.name)
    if not SIDE_WORDS[side].intersection(said) or SIDE_WORDS[
        "buyer" if side == "supplier" else "supplier"
    ].intersection(said):
        return None
    rest = tuple(word for word in said if word not in SIDE_WORDS[side] and word != "of")
    for column in _TRAITS:
        if (
            rest in synonyms("accounts", column)
            and value_fit("accounts", table("accounts").column(column), field) >= 0.9
        ):
            return column
    return None
