"""From profiles of files to a drafted workspace: one source per file layout, each line with how sure it is and why."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bothsides.ingest.draft.choices import translate
from bothsides.ingest.draft.currencies import code_counts, rates_needed, reporting_currency, source_currency
from bothsides.ingest.draft.entities import account_tables
from bothsides.ingest.draft.guess import FileGuess, guess_table, nearest_table
from bothsides.ingest.draft.layouts import LAYOUTS, KnownLayout, recognise
from bothsides.ingest.draft.links import BOTH, SHARED, SIDE_WORDS, Network, connect, listed_companies
from bothsides.ingest.draft.names import slug, words
from bothsides.ingest.draft.order_lines import AMOUNT, grouped
from bothsides.ingest.draft.pipeline import (
    dated_stages,
    planned_closings,
    stage_question,
    status_stages,
    with_real_closings,
)
from bothsides.ingest.draft.profile import ColumnProfile, FileProfile
from bothsides.ingest.draft.records import (
    Draft,
    MissingColumn,
    Question,
    SkippedFile,
    SourceDraft,
    TableDraft,
    Unmapped,
)
from bothsides.ingest.draft.skeleton import nearest
from bothsides.ingest.draft.synonyms import FILE_HINTS
from bothsides.ingest.draft.tables import main_table
from bothsides.ingest.draft.wording import advice, doubts, odd_currencies, unused
from bothsides.schema import Kind, table
from bothsides.schema.money import minor_units

_TELLING = frozenset(word for side in SIDE_WORDS.values() for word in side).union(
    word for hints in FILE_HINTS.values() for word in hints.split("|")
)
"""Words in a file's name that tell what it holds."""


def draft(
    profiles: Sequence[FileProfile], *, currency: str | None = None, layouts: Sequence[KnownLayout] = LAYOUTS
) -> Draft:
    """A whole workspace drafted from profiled files. `currency` is the reporting currency if the person named it.

    Known `layouts` are taken as they are; other files are read by names and values. Files that fit no table are
    listed with why. Raises ValueError for a currency that ISO 4217 does not list.
    """
    if currency is not None:
        minor_units(currency)
    known = recognise(profiles, layouts)
    unknown = [profile for profile in profiles if profile.name not in known.used]
    rest = _same_headers(unknown)
    guesses = {profile.name: guess for profile in rest if (guess := guess_table(profile)) is not None}
    told = tuple(guesses.values())
    listed = {one.name: guess for one in rest if one.name not in guesses and (guess := listed_companies(one, told))}
    guesses |= listed
    network = connect(list(guesses.values()))
    sources = (*known.sources, *(_source(network, position) for position in range(len(network.guesses))))
    skipped = tuple(
        _skipped(profile)
        for profile in unknown
        if not any(set(profile.files) <= set(guess.profile.files) for guess in guesses.values())
    )
    used = code_counts(network.guesses)
    chosen, reason = reporting_currency(currency, known.currency, sources, used)
    return Draft(
        sources=_named_apart(sources),
        skipped=(*known.skipped, *skipped),
        currency=chosen,
        currency_reason=reason,
        time_zone=known.time_zone or "UTC",
        fiscal_year_start=known.fiscal_year_start or 1,
        notes=(*known.notes, *rates_needed(chosen, sources, used)),
    )


def _skipped(profile: FileProfile) -> SkippedFile:
    likeliest = nearest(profile, nearest_table(profile)) if profile.columns and profile.rows else None
    return SkippedFile(file=profile.name, why=why_skipped(profile), fields=profile.header, nearest=likeliest)


def why_skipped(profile: FileProfile) -> str:
    """Why a file is no table of the market."""
    if not profile.columns:
        return "it has no columns"
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r" for letter in "".join(profile.header)):
        return "it is not text: its header holds control characters"
    if not profile.rows:
        return "it has no records"
    return "its names and values fit no table of the market; a mapping to fill in by hand is written for it"


def _same_headers(profiles: Sequence[FileProfile]) -> list[FileProfile]:
    """Files with the same columns are one source, unless their names say different things ('buyers', 'sellers').

    The largest is looked at, all are loaded.
    """
    groups: dict[tuple[object, ...], list[FileProfile]] = {}
    for profile in profiles:
        groups.setdefault((profile.header, _TELLING.intersection(words(profile.stem))), []).append(profile)
    merged = []
    for group in groups.values():
        largest = max(group, key=lambda profile: profile.rows)
        merged.append(replace(largest, files=tuple(dict.fromkeys(file for one in group for file in one.files))))
    return merged


def _source(network: Network, position: int) -> SourceDraft:
    guess = network.guesses[position]
    profile = guess.profile
    name = slug(profile.stem)
    space = SHARED if position in network.shared else name
    main = main_table(network, position)
    dated = dated_stages(guess, main, space)
    status = () if dated else status_stages(guess, main, space)
    entities = (*account_tables(network, position, main), *dated, *status)
    reshape = planned_closings(guess, name)
    notes = list[str]()
    if reshape is not None:
        main = with_real_closings(main)
    if guess.lines is not None:
        main, reshape = _by_order(main, guess, guess.lines), grouped(guess, guess.lines, name)
        notes.append(
            f"'{guess.lines.name}' repeats: the file has one row per line, {reshape.name} adds the lines of an order up"
        )
    source = SourceDraft(
        source=name,
        files=() if reshape else profile.files,
        tables=(main, *entities),
        rows=profile.rows,
        id_space=space,
        currency=source_currency(_numbers(guess, main)),
        date_grain="month" if _monthly(guess) else "day",
        decimal="." if guess.lines else _decimal(guess, main),
        reshape=reshape,
        missing=tuple(
            MissingColumn(table=guess.table, column=one.name, advice=advice(guess, one)) for one in guess.missing
        ),
        questions=tuple(_questions(guess, main, asked=not dated)),
        null_word_hints=_null_hints(guess, main),
        notes=tuple(notes + _notes(network, position, guess, main)),
    )
    return replace(source, unmapped=_unmapped(guess, source))


def _by_order(main: TableDraft, guess: FileGuess, lines: ColumnProfile) -> TableDraft:
    supplier = guess.field("supplier_id")
    key = (lines.name, supplier.name) if supplier else (lines.name,)
    columns = tuple(replace(one, fields=(AMOUNT,)) if one.column == "amount" else one for one in main.columns)
    return replace(main, key=key, columns=columns)


def _unmapped(guess: FileGuess, source: SourceDraft) -> tuple[Unmapped, ...]:
    used = {field for table_ in source.tables for field in table_.used_fields}
    hidden = [guess.field("amount")] if guess.lines else [guess.field("closed_at")] if source.reshape else []
    used |= {field.name for field in hidden if field is not None}
    return tuple(
        Unmapped(field=field.name, why=unused(field, guess))
        for field in guess.profile.columns
        if field.name not in used
    )


def _monthly(guess: FileGuess) -> bool:
    event_time = table(guess.table).event_time
    moment = guess.field(event_time.removesuffix("_on") + "_at") if event_time else None
    return bool(moment and moment.dates and moment.dates.month_starts and moment.filled >= 2 * moment.distinct)


def _numbers(guess: FileGuess, main: TableDraft) -> list[ColumnProfile]:
    kinds = (Kind.MONEY, Kind.NUMBER)
    found = (
        guess.profile.column(field)
        for one in main.columns
        for field in one.fields
        if table(main.name).column(one.column).kind in kinds
    )
    return [field for field in found if field is not None and field.figures is not None]


def _decimal(guess: FileGuess, main: TableDraft) -> str:
    styles = Counter(
        field.figures.decimal for field in _numbers(guess, main) if field.figures and not field.figures.whole
    )
    return styles.most_common(1)[0][0] if styles else "."


def _null_hints(guess: FileGuess, main: TableDraft) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (field.name, word, count)
        for field in guess.profile.columns
        if field.name in main.used_fields
        for word, count in field.null_words
    )


def _questions(guess: FileGuess, main: TableDraft, *, asked: bool) -> Iterator[Question]:
    """Words of a status or a currency that nobody knows, and a stage of leads that no date goes with."""
    for column in ("status", "side"):
        field = guess.field(column)
        unknown = translate(guess.table, column, field.words).unknown if field is not None else ()
        if unknown and field is not None:
            said = ", ".join(repr(word) for word in unknown[:10])
            text = f"what do {said} in '{field.name}' mean? Their records go to quarantine until the map says so"
            yield Question(table=main.name, column=column, text=text)
    side = main.column("side")
    if side is not None and side.reason == BOTH:
        yield Question(table=main.name, column="side", text=f"{BOTH}; name the field that does, or split the file")
    currency = guess.field("currency")
    odd = odd_currencies(currency) if currency is not None else ()
    if odd and currency is not None:
        said = ", ".join(repr(word) for word, _ in odd[:10])
        text = (
            f"which currency do {said} in '{currency.name}' mean? Their records go to quarantine until the map says so"
        )
        yield Question(table=main.name, column="currency", text=text)
    stage = stage_question(guess) if asked else None
    if stage is not None:
        yield stage


def _notes(network: Network, position: int, guess: FileGuess, main: TableDraft) -> list[str]:
    notes = []
    if guess.profile.sampled:
        notes.append(f"looked at an even sample of the {guess.profile.rows:,} rows")
    if main.name == "orders" and main.column("status") is None:
        notes.append("no field tells the status of an order: every record counts as completed")
    if guess.key is not None and guess.key.field.repeated:
        notes.append(
            f"{guess.key.field.sharing:,} rows share a number in '{guess.key.field.name}': they will be set aside as "
            "duplicate_key, unless they are equal in everything"
        )
    if not main.key:
        notes.append("no field names each row, so rows are known by their content; equal rows are all kept")
    for column in ("status", "side"):
        field = guess.field(column)
        if field is not None:
            notes += [f"'{field.name}': {one}" for one in doubts(translate(guess.table, column, field.words))]
    styles = {field.figures.decimal for field in _numbers(guess, main) if field.figures and not field.figures.whole}
    if len(styles) > 1:
        notes.append(
            "some amounts are written with a decimal comma, others with a point: look at both before the first sync"
        )
    return notes + [
        f"{1 - link.share:.1%} of the values of {guess.found[link.column].field.name!r} are not in "
        f"{network.guesses[link.target].profile.name}"
        for link in network.links
        if link.source == position and link.share < 0.995
    ]


def _named_apart(sources: Sequence[SourceDraft]) -> tuple[SourceDraft, ...]:
    """Two files of one name from two folders become two sources."""
    taken: Counter[str] = Counter()
    named = []
    for source in sources:
        taken[source.source] += 1
        count = taken[source.source]
        own = source.source if count == 1 else f"{source.source}-{count}"
        space = own if source.id_space == source.source else source.id_space
        shape = replace(source.reshape, name=f"{own}.sql") if source.reshape and count > 1 else source.reshape
        named.append(replace(source, source=own, id_space=space, reshape=shape))
    return tuple(named)
