"""What became of the records of files of leads: counted, and told to people and to scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bothsides.cli.lead_words import cut, hint
from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from bothsides.leads.intake.figures import Decimal, Shown
    from bothsides.leads.intake.reading_files import Listing

OUTCOMES = ("new", "merged", "known", "changed")
COUNTED = (*OUTCOMES, "repeated", "refused")
"""What becomes of the records of a file; their sum is what was read."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the records of one file: `read` is the sum of all the others."""

    file: str
    listing: Listing
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    decimal: Decimal | None = None
    """What stands before the decimals of its numbers, as the source says or the file shows."""
    shown: Shown | None = None
    """What the file shows of it."""
    slips: Mapping[str, str] = field(default_factory=dict)
    """Columns that are a letter away from a field of ours, with that field."""

    @property
    def read(self) -> int:
        """Records that were read, those that are no leads among them."""
        return self.counts.total()

    @property
    def notes(self) -> list[str]:
        """What somebody should look at in the file, each as a sentence."""
        return [
            f"{name!r} is kept as a field of its own; did you mean {near}?" for name, near in sorted(self.slips.items())
        ]


def sums(tallies: Sequence[Tally]) -> dict[str, int]:
    """What became of the records of all files."""
    return {
        "read": sum(tally.read for tally in tallies),
        **{name: sum(tally.counts[name] for tally in tallies) for name in COUNTED},
    }


def tally_record(tally: Tally) -> dict[str, Any]:
    """One file for a script."""
    lines = tally.listing.lines
    return {
        "file": tally.file,
        "lines": {
            "physical": lines.physical,
            "header": lines.header,
            "blank": lines.blank,
            "record": lines.record,
            "quarantined": lines.quarantined,
        },
        "read": tally.read,
        **{name: tally.counts[name] for name in COUNTED},
        "decimal": tally.decimal,
        "decimal_shown_by": {} if tally.shown is None else dict(tally.shown.by_sign),
        "notes": tally.notes,
        "reasons": dict(tally.reasons.most_common()),
    }


def counted(counts: Counter[str]) -> str:
    """What became of leads, in words."""
    return ", ".join(f"{counts[name]:,} {name}" for name in OUTCOMES)


def print_tallies(console: Console, tallies: Sequence[Tally], source: str, where: str = "") -> None:
    """The files for a person."""
    from bothsides.leads.wording import plural

    for tally in tallies:
        lines = tally.listing.lines
        console.print(plain(tally.file, style="bold"))
        parts = f"{lines.header:,} header, {lines.blank:,} blank, {lines.record:,} of records"
        console.print(plain(f"  {plural(lines.physical, 'line')}: {parts}, {lines.quarantined:,} unreadable"))
        if tally.shown is not None and tally.shown.by_sign:
            console.print(plain(f"  {_decimals(tally.shown)}"))
        for note in tally.notes:
            console.print(plain(f"  {note}", style="yellow"))
        repeated = f", {tally.counts['repeated']:,} told again further down" if tally.counts["repeated"] else ""
        refused = f"{tally.counts['refused']:,} refused"
        console.print(plain(f"  {tally.read:,} read: {counted(tally.counts)}{repeated}, {refused}"))
        for reason, count in tally.reasons.most_common(5):
            console.print(plain(f"    {plural(count, 'time')}  {cut(reason, 84)}"))
    if any(tally.counts["refused"] for tally in tallies):
        hint(console, f"Those refused, with all reasons: bothsides leads refused --source {source}{where}")
    else:
        hint(console, f"Next: bothsides leads --open{where}, and bothsides tick{where} to look at what is due")


def _decimals(shown: Shown) -> str:
    """By which numbers the file is read, in words.

    >>> from bothsides.leads.intake.figures import shown_decimal
    >>> _decimals(shown_decimal(["1.250,50", "7,5"]))
    'its numbers have "," before decimals, as 1.250,50 and 7,5 show'
    >>> _decimals(shown_decimal(["1.250,50"]))
    '1.250,50 has "," before decimals: too little to go by, so numbers that can be read two ways are refused'
    """
    if shown.decimal is not None:
        return (
            f'its numbers have "{shown.decimal}" before decimals, as {" and ".join(shown.by_sign[shown.decimal])} show'
        )
    each = " and ".join(f'{texts[0]} has "{sign}"' for sign, texts in shown.by_sign.items())
    return f"{each} before decimals: too little to go by, so numbers that can be read two ways are refused"
