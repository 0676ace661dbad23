"""Where leads may come from: `agreement/intake.toml`, one entry for each form, list or system."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from bothsides.agreement import checked
from bothsides.leads.intake import field_names
from bothsides.leads.intake.figures import Decimal
from bothsides.leads.intake.moments import Dates
from bothsides.schema import Side
from bothsides.schema.instant import CLOCK_AHEAD
from bothsides.schema.working_time.calendar import known_zone

_SIDES = {
    "buyer": Side.BUYER, "buyers": Side.BUYER, "customer": Side.BUYER, "purchaser": Side.BUYER,
    "supplier": Side.SUPPLIER, "suppliers": Side.SUPPLIER, "seller": Side.SUPPLIER, "vendor": Side.SUPPLIER,
}  # fmt: skip


def known_source(name: str) -> str:
    """1 to 63 lower-case letters, digits, hyphens and underscores, such as 'web-form'."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
        raise ValueError("must be 1 to 63 lower-case letters, digits, hyphens and underscores, such as 'web-form'")
    return name


def reference(secret: str) -> str:
    """A reference to a secret: env:NAME of a variable, or file:PATH."""
    if not re.fullmatch(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)", secret):
        raise ValueError("must be env:NAME of a variable or file:PATH, never the secret itself")
    return secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How a system that calls us proves who it is: by a signature over the bytes it sends."""

    scheme: Literal["standard", "hmac"] = "standard"
    """`standard`: Standard Webhooks 1.0; `hmac`: a hash of the body in a header of the sender's choice."""
    secrets: tuple[Annotated[str, checked(reference)], ...]
    """One, or two while the sender changes from one to the other."""
    header: str = "x-signature"
    prefix: str = ""
    """What stands before the hash, such as 'sha256='."""
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str | None = None
    id_header: str | None = None
    """The header that names the delivery, so that one sent twice is known; without it the body is its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One way in."""

    name: Annotated[str, checked(known_source)]
    side: Side | None = None
    """Taken where the record does not say."""
    sides: dict[str, Side] = field(default_factory=dict)
    """The source's words for a side, such as Einkäufer = "buyer", beside those that everybody knows."""
    channel: str | None = None
    campaign: str | None = None
    rename: dict[str, str] = field(default_factory=dict)
    """The source's name of a field = ours, such as Firma = "company"."""
    decimal: Decimal | None = None
    """What stands before the decimals of its numbers; without it a number that may be read two ways is refused."""
    time_zone: Annotated[str, checked(known_zone)] | None = None
    """Where its moments without a zone are local time; without it they are refused."""
    dates: Dates | None = None
    """How it writes dates such as 4/5/2026; without it they are refused."""
    hook: Hook | None = None
    doubtful: ClassVar[bool] = False
    """Whether a comma in its numbers may stand before decimals although nobody said so."""

    def ours(self, name: str) -> str:
        """Our name of what the source calls so: as it is renamed, else the known field that is written so but for case,
        blanks and hyphens, else its own.

        >>> [Source(name="fair", rename={"Firma": "company"}).ours(name) for name in ("Firma", "Deal-Size", "Stand")]
        ['company', 'deal_size', 'Stand']
        """
        return field_names.ours(self.rename.get(name, name))

    def meant(self, word: str) -> Side | None:
        """The side that the source calls so, whatever its case; None for a word of no side.

        >>> Source(name="fair", sides={"Einkäufer": Side.BUYER}).meant("EINKÄUFER"), Source(name="fair").meant("vendor")
        (<Side.BUYER: 'buyer'>, <Side.SUPPLIER: 'supplier'>)
        """
        own = {name.strip().casefold(): side for name, side in self.sides.items()}
        word = word.strip().casefold()
        return own.get(word) or _SIDES.get(word)

    def corrected(self, record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The record with those values in place of its own, by the name that the source has for a field or by ours.

        >>> Source(name="fair", rename={"Typ": "side"}).corrected({"Typ": "pirate", "Firma": "Bär"}, {"side": "buyer"})
        {'Firma': 'Bär', 'side': 'buyer'}
        """
        told = {self.ours(name) for name in values}
        return {**{name: value for name, value in record.items() if self.ours(name) not in told}, **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulSource(Source):
    """A source as it reads a file some of whose numbers have a comma before decimals, but too few to go by."""

    doubtful: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePolicy:
    """All ways in. A source that is not named may still send through the API and from files."""

    source: tuple[Source, ...] = ()
    most_bytes: int = 1_000_000
    """Of one request; more is refused before it is read."""
    clock_ahead_seconds: int = CLOCK_AHEAD
    """How far a sender's clock may be ahead."""

    def named(self, name: str) -> Source:
        """The source of that name, a plain one where none is declared."""
        return next((one for one in self.source if one.name == name), Source(name=known_source(name)))


def problems(policy: IntakePolicy) -> tuple[str, ...]:
    """What no single key shows."""
    return tuple(_problems(policy))


def _problems(policy: IntakePolicy) -> Iterator[str]:
    names = [source.name for source in policy.source]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"source {name}: stands twice"
    for source in policy.source:
        if source.hook is not None and not 1 <= len(source.hook.secrets) <= 2:
            yield f"source {source.name}: hook.secrets must hold one secret, or two while it changes"
        words = [word.strip().casefold() for word in source.sides]
        for word in sorted({word for word in words if words.count(word) > 1}):
            yield f"source {source.name}: sides: {word!r} stands twice"
    if policy.most_bytes < 1000:
        yield f"most_bytes = {policy.most_bytes}: must be at least 1000"
    if policy.clock_ahead_seconds < 0:
        yield f"clock_ahead_seconds = {policy.clock_ahead_seconds}: must not be negative"
