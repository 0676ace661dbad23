"""`bothsides leads take`, `refused`, `discard` and `retry`: lists of leads from files, and records that were none."""

from __future__ import annotations

import json as json_text
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bothsides.cli.at_the_desk import Moment, OpenDesk, Who, who
from bothsides.cli.lead_tallies import OUTCOMES, Tally, counted, print_tallies, sums, tally_record
from bothsides.cli.lead_words import (
    AsJson,
    cut,
    facts_of,
    hint,
    iso,
    making_desk,
    print_record,
    reading,
    show_table,
    when,
)
from bothsides.cli.lengths import in_words
from bothsides.cli.lists import AtMost
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.intake import Lead, Refused, Source
    from bothsides.leads.intake.reading_files import Listing
    from bothsides.leads.intake.refusals import Kept
    from bothsides.logbook import Book

BATCH = 1000
"""Leads of one transaction."""


AsTheyWait = Annotated[
    str | None,
    Parameter(help="Changes nothing: what waits now is shown. It may say now, not before the logbook's newest line."),
]
WhichSource = Annotated[str, Parameter(help="The way in, as agreement/intake.toml names it, such as trade_fair.")]


def take(
    *files: Annotated[str, Parameter(help="CSV, JSON lines, xlsx or a pattern; members of a .zip too.")],
    source: WhichSource,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Take leads in from files. Each record becomes a lead, goes into one that is there, or is refused with reasons.

    read = new + merged + known + changed + repeated + refused, for every file; nothing is dropped. Repeated are
    records that the same file tells of again further down: the last telling stands. Sent again, a file changes nothing.
    Refused records are kept: bothsides leads refused; one that was corrected since is known. Examples:

    bothsides leads take visitors.csv --source trade_fair

    bothsides leads take exports.zip/leads.jsonl --source crm --json
    """
    from bothsides.connectors.files import locate
    from bothsides.leads.desk.correcting import correctable
    from bothsides.leads.intake.reading_files import read_listing

    if not files:
        raise ValueError("name at least one file: bothsides leads take FILE --source NAME")
    tallies = []
    with making_desk(workspace, at) as desk, tempfile.TemporaryDirectory() as spool:
        way = _way(desk, source)
        listings = [read_listing(found, spool_dir=Path(spool)) for found in locate(files, Path())]
        for listing in listings:
            _names_leads(listing, way)
            _tells_once(listing, way)
        own = correctable(desk.agreed, source)
        for listing in listings:
            tally = Tally(file=listing.name, listing=listing, slips=listing.nearly_known(way, own))
            tallies.append(tally)
            tally.shown = listing.shown(way)
            as_read = listing.read_by(way, tally.shown)
            tally.decimal = as_read.decimal
            _take_file(desk, as_read, tally)
    if json:
        print_record({"source": source, "files": [tally_record(tally) for tally in tallies], **sums(tallies)})
    else:
        print_tallies(screen(), tallies, source, of_folder(workspace))


def refused(
    *,
    source: Annotated[str | None, Parameter(help="Only this source.")] = None,
    limit: AtMost = 50,
    at: AsTheyWait = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Records that were no leads, as they came, with every reason.

    Mend the source, the agreement's rename, or one record with bothsides leads retry ID --set field=value. Example:

    bothsides leads refused --source trade_fair
    """
    from bothsides.leads.intake.refusals import refused as waiting

    with reading(workspace, at) as desk:
        kept = waiting(desk.book, source=source, limit=limit)
        zone = desk.zone
    if json:
        print_record([_kept_record(one) for one in kept])
        return
    console = screen()
    if not kept:
        console.print("No record waits.")
        return
    show_table(
        console,
        ("record", "came in", "source", "why"),
        [
            (one.refused_id[:8], when(one.received_at, zone), cut(one.source, 14), cut("; ".join(one.reasons), 54))
            for one in kept
        ],
    )
    if len(kept) == limit:
        hint(console, f"the first {limit}; --limit shows more")
    where = of_folder(workspace)
    hint(console, f"Whole with --json. Read again: bothsides leads retry [RECORD --set field=value]{where}")
    hint(console, f"No leads at all: bothsides leads discard RECORD --why TEXT{where}")


def discard(
    record: Annotated[
        str | None, Parameter(help="One record by the beginning of its id; with --source, all of it without one.")
    ] = None,
    *,
    why: Annotated[str, Parameter(help="Why they are no leads, in your words.", validator=in_words)],
    source: Annotated[str | None, Parameter(help="Only records of this source.")] = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Say of refused records that they are no leads: they wait no more, however often they are sent. Examples:

    bothsides leads discard 3f2a91 --why "a test of the form"

    bothsides leads discard --source trade_fair --why "the wrong file"
    """
    from bothsides.leads.intake.refusals import discarded
    from bothsides.leads.intake.refusals import refused as waiting

    if record is None and source is None:
        raise ValueError("name what to discard: bothsides leads discard RECORD, or --source NAME for all of a source")
    if not why.strip():
        raise ValueError("--why '': say why they are no leads")
    with making_desk(workspace, at) as desk:

        def put_away(book: Book) -> int:
            kept = waiting(book, source=source, limit=100_000)
            return discarded(book, kept if record is None else _named(kept, record), by=who(by), why=why.strip())

        number = desk.kept(put_away)
    if json:
        print_record({"discarded": number})
    else:
        screen().print(plain(f"{number:,} discarded; they stay in the logbook with who said so and why"))


def retry(
    record: Annotated[
        str | None, Parameter(help="One record by the beginning of its id; all of them without it.")
    ] = None,
    *,
    source: Annotated[str | None, Parameter(help="Only records of this source.")] = None,
    set_: Annotated[
        tuple[str, ...],
        Parameter(name="--set", help="A corrected value, field=value; may be given again.", negative=()),
    ] = (),
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Read refused records again: those that are leads now are taken in, the others wait on. Examples:

    bothsides leads retry --source trade_fair

    bothsides leads retry 3f2a91 --set side=buyer

    A line that could not be read has no fields: all that the lead is to have is given with --set. A field that neither
    the record has nor the agreement or a source's rename names is refused, with the one that is probably meant.
    """
    from bothsides.leads.desk.correcting import check_fields
    from bothsides.leads.intake.refusals import refused as waiting
    from bothsides.leads.intake.refusals import retried, superseded

    if set_ and record is None:
        raise ValueError("--set corrects one record: bothsides leads retry RECORD --set field=value")
    corrections = [_correction(word) for word in set_]
    with making_desk(workspace, at) as desk:

        def again(book: Book) -> tuple[int, Counter[str], list[tuple[str, Refused]]]:
            kept = waiting(book, source=source, limit=100_000)
            if record is not None:
                kept = _named(kept, record)
            for held in kept:
                check_fields(desk.agreed, held.source, held.record, [name for name, _ in corrections])
            leads, still = _read_again(desk, book, kept, corrections)
            counts = Counter(_taken(desk, book, list(leads.values())))
            retried(book, list(leads))
            settled = {one.source: desk.agreed.intake.named(one.source) for one in leads.values()}
            stand = {one.lead_id for one in leads.values() if one.has_key}
            for way in settled.values():
                superseded(book, way, stand, workspace=desk.workspace.settings.name, beside={name for name, _ in still})
            return len(kept), counts, still

        number, counts, still = desk.kept(again)
    if json:
        ids = [{"record": name, "reasons": list(one.reasons)} for name, one in still]
        print_record({**{name: counts[name] for name in OUTCOMES}, "refused": len(still), "still_refused": ids})
        return
    console = screen()
    console.print(plain(f"{number:,} read again: {counted(counts)}, {len(still):,} still refused"))
    for name, one in still[:20]:
        console.print(plain(f"  {name[:8]}  {cut('; '.join(one.reasons), 86)}"))


def _read_again(
    desk: OpenDesk, book: Book, kept: Sequence[Kept], corrections: Sequence[tuple[str, object]]
) -> tuple[dict[str, Lead], list[tuple[str, Refused]]]:
    """The records that are leads now, and those that are refused still, each with its id; their reasons are kept."""
    from bothsides.leads.desk.naming import named_or_known
    from bothsides.leads.intake import Refused
    from bothsides.leads.intake.refusals import still_refused

    leads: dict[str, Lead] = {}
    still: list[tuple[str, Refused]] = []
    for held in kept:
        raw, way = held.record, desk.agreed.intake.named(held.source)
        if not isinstance(raw, dict) and not corrections:
            still.append((held.refused_id, Refused(source=held.source, raw=held.raw, reasons=_unread(held))))
            continue
        if corrections:
            raw = way.corrected(raw if isinstance(raw, dict) else {}, dict(corrections))
        if way.decimal is None and (open_still := _open_still(held, {way.ours(name) for name, _ in corrections})):
            still.append((held.refused_id, Refused(source=held.source, raw=held.raw, reasons=open_still)))
            continue
        (read,) = named_or_known(book, [_read(desk, raw, way)])
        if isinstance(read, Refused):
            still.append((held.refused_id, read))
            if read.refused_id == held.refused_id:
                still_refused(book, [read])
        else:
            leads[held.refused_id] = read
    return leads, still


def _way(desk: OpenDesk, source: str) -> Source:
    try:
        return desk.agreed.intake.named(source)
    except ValueError as error:
        raise ValueError(f"--source {source!r}: {error}") from None


def _names_leads(listing: Listing, way: Source) -> None:
    """Raises ValueError for a file that is no list of leads: none of its columns can say who one is."""
    from bothsides.leads.intake.field_names import WHO

    if given := listing.names_nobody(way):
        names = ", ".join(repr(cut(name, 30)) for name in given[:8])
        more = f" and {len(given) - 8} more" if len(given) > 8 else ""
        raise ValueError(
            f"{listing.name}: none of its columns says who a lead is, so nothing was taken. It has {names}{more}; "
            f"leads are told by {', '.join(WHO)}. Say which of yours is which under rename of the source {way.name!r} "
            "in agreement/intake.toml"
        )


def _tells_once(listing: Listing, way: Source) -> None:
    """Raises ValueError for a file two of whose columns are one field."""
    told = "; ".join(
        f"{' and '.join(map(repr, names))} are both {ours!r}" for ours, names in listing.told_twice(way).items()
    )
    if told:
        raise ValueError(
            f"{listing.name}: two columns are one field, so nothing was taken: {told}. Take one out, or name the other "
            f"as a field of its own under rename of the source {way.name!r} in agreement/intake.toml"
        )


def _take_file(desk: OpenDesk, way: Source, tally: Tally) -> None:
    from bothsides.leads.desk.naming import named_or_known
    from bothsides.leads.intake import Refused
    from bothsides.leads.intake.refusals import corrected, keep_refused, superseded
    from bothsides.leads.intake.tellings import tellings

    stand: set[str] = set()
    unread = tally.listing.refused(way.name)
    told = tellings((one for batch in tally.listing.batches(BATCH, way) for one in batch), way)
    for batch in _batches(tally.listing, unread, way):
        records = [(one, one if isinstance(one, Refused) else _read(desk, one, way)) for one in batch]
        ready = [each for raw, read in records for each in told.ready(raw, read)]

        def taken(
            book: Book, ready: Sequence[Lead | Refused] = ready
        ) -> tuple[list[str], list[Refused], Collection[str]]:
            read = named_or_known(book, ready)
            wrong = [one for one in read if isinstance(one, Refused)]
            leads = [one for one in read if not isinstance(one, Refused)]
            outcomes = _taken(desk, book, leads)
            stand.update(one.lead_id for one in leads if one.has_key)
            mended = corrected(book, wrong)
            keep_refused(book, wrong, now=desk.now)
            return outcomes, wrong, mended

        outcomes, wrong, mended = desk.kept(taken)
        tally.counts.update(outcomes)
        for one in wrong:
            tally.counts["known" if one.refused_id in mended else "refused"] += 1
            if one.refused_id not in mended:
                tally.reasons.update(one.reasons)
    tally.counts["repeated"] = told.repeated
    if stand:
        name = desk.workspace.settings.name
        wrong_since = frozenset().union(*told.refused_last.values())
        desk.kept(lambda book: superseded(book, way, stand, workspace=name, beside=wrong_since))


def _batches(listing: Listing, unread: Sequence[Refused], way: Source) -> Iterator[Sequence[Any]]:
    for start in range(0, len(unread), BATCH):
        yield unread[start : start + BATCH]
    yield from listing.batches(BATCH, way)


def _read(desk: OpenDesk, raw: object, way: Source) -> Lead | Refused:
    from bothsides.leads.intake import read_lead

    name, agreed = desk.workspace.settings.name, desk.agreed
    ahead, nulls = agreed.intake.clock_ahead_seconds, agreed.hygiene.nulls
    return read_lead(raw, way, workspace=name, now=desk.now, ahead=ahead, nulls=nulls)


def _taken(desk: OpenDesk, book: Any, leads: Sequence[Lead]) -> list[str]:
    """Takes the leads in; what became of each."""
    from bothsides.leads.desk.taking import take as take_in

    return [one.outcome for one in take_in(book, desk.agreed, leads, now=desk.now, snapshot=facts_of(book))]


def _named(kept: Sequence[Kept], said: str) -> list[Kept]:
    found = [one for one in kept if one.refused_id.startswith(said)]
    if len(found) == 1:
        return found
    names = ", ".join(one.refused_id[:12] for one in (found or kept)[:6])
    why = "several records begin so" if found else "no such record waits"
    raise LookupError(f"{said!r}: {why}; there are {names or 'none'}")


def _unread(held: Kept) -> tuple[str, ...]:
    """Why a line that could not be read is refused still."""
    told = "has no fields that could be read: give all that the lead is to have with --set field=value"
    return tuple(dict.fromkeys((*held.reasons, told)))


def _open_still(held: Kept, mended: Collection[str]) -> tuple[str, ...]:
    """The reasons of numbers that its file left open: without the file they must not be read as if nothing were."""
    from bothsides.leads.intake.figures import NUMBERS, OPEN

    return tuple(
        why for why in held.reasons if OPEN in why and (name := why.partition(":")[0]) in NUMBERS and name not in mended
    )


def _correction(word: str) -> tuple[str, object]:
    from bothsides.leads.intake.reading_files import as_value

    name, sign, value = word.partition("=")
    if not sign or not name:
        raise ValueError(f"--set {word!r}: must be field=value, such as side=buyer")
    return name, as_value(value)


def _kept_record(one: Kept) -> dict[str, Any]:
    return {
        "record": one.refused_id,
        "source": one.source,
        "received_at": iso(one.received_at),
        "reasons": list(one.reasons),
        "raw": json_text.loads(one.raw),
    }
