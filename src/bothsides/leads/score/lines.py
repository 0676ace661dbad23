"""The lines a score is made of: compact, as leads are many; their words are made when somebody asks."""

from typing import Literal, NamedTuple

from bothsides.leads.score.compiled import Term


class Line(NamedTuple):
    """One rule that held: what it was worth exactly and what was counted of it."""

    part: Literal["fit", "engagement"]
    group: str
    term: Term
    exact: int
    """Millionths of a point."""
    ages: tuple[int, ...]
    """Seconds since each occurrence counted, oldest first; empty for what does not age."""
    points: int
    replaced_by: Term | None
    """The rule that counts in its place."""


class CapLine(NamedTuple):
    """What a cap takes off or a floor adds."""

    code: str
    """cap or floor, and whose: `cap:website`, `cap:engagement`, `cap:score`."""
    points: int
    limit: int


class FittedLine(NamedTuple):
    """One field of the fitted card."""

    field: str
    says: str
    bin: str
    points: int
