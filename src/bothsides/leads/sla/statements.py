"""The monthly statement of both teams, frozen at close; what proves different later is a line of the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.agreement import fingerprint
from bothsides.leads.sla.commitments import Kept
from bothsides.leads.sla.consequences import ConsequenceDue
from bothsides.schema.instant import Instant

SMALLEST = 1e-9
"""Differences below this are rounding of sums, not news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of a statement: delivered, owed, n or breaches of a clause; or a consequence, as 1 where it is due."""

    clause: str
    figure: str
    value: float
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a figure of an earlier, frozen month proved to be different by: `value` is added to what was told.

    `told` is what statement and adjustments said of it until now.
    """

    period: str
    clause: str
    figure: str
    told: float
    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What both teams were told of a month. It never changes; `seal` is the sha256 of all it says."""

    period: str
    closed_at: Instant
    load_id: str
    policy_version: str
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    seal: str


def lines_of(kept: Sequence[Kept], consequences: Sequence[ConsequenceDue] = ()) -> tuple[Line, ...]:
    """The figures of a judged month: per clause what was delivered, owed, from how many, and whether it was kept."""
    lines = []
    for one in kept:
        figures = {"delivered": one.delivered, "owed": one.owed, "n": float(one.n)}
        if one.unit == "share":
            figures["breaches"] = float(len(one.leads))
        if one.contact is not None and one.contact.rate is not None:
            figures["contact_rate"] = one.contact.rate
        lines += [Line(clause=one.clause, figure=name, value=value) for name, value in figures.items()]
        lines.append(Line(clause=one.clause, figure="missed", value=float(one.word == "missed"), words=one.reason))
    lines += [
        Line(
            clause=f"{due.name} ({due.side})", figure="consequence", value=float(due.withheld is None), words=due.words
        )
        for due in consequences
    ]
    return tuple(lines)


def close_month(
    *,
    period: str,
    closed_at: Instant,
    load_id: str,
    policy_version: str,
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment] = (),
) -> Statement:
    """The month's statement, sealed. Raises ValueError where two lines are the same figure of the same clause."""
    keys = [(line.clause, line.figure) for line in lines]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{period}: {twice[0][1]} of {twice[0][0]!r} stands twice; each figure has one line")
    return Statement(
        period=period,
        closed_at=closed_at,
        load_id=load_id,
        policy_version=policy_version,
        lines=tuple(lines),
        adjustments=tuple(adjustments),
        seal=_seal(period, closed_at, load_id, policy_version, lines, adjustments),
    )


def adjustments(statements: Sequence[Statement], period: str, lines: Sequence[Line]) -> tuple[Adjustment, ...]:
    """What the next statement has to say of a frozen month, now that its figures are `lines`.

    `statements` are all that were closed, the month's own among them. What an earlier adjustment told is not told
    again, so however often this runs, statement plus adjustments are the present figure. A figure that is no longer
    there is taken back in full. Raises ValueError where the month was never closed.
    """
    told: dict[tuple[str, str], float] = {}
    closed = [statement for statement in statements if statement.period == period]
    if not closed:
        raise ValueError(f"{period} has no statement; closed are {[statement.period for statement in statements]}")
    told.update({(line.clause, line.figure): line.value for line in closed[0].lines})
    for statement in statements:
        for one in statement.adjustments:
            if one.period == period:
                key = one.clause, one.figure
                told[key] = told.get(key, 0.0) + one.value
    present = {(line.clause, line.figure): line for line in lines}
    found = []
    for key in dict.fromkeys([*told, *present]):
        was, now = told.get(key, 0.0), present.get(key)
        difference = (now.value if now else 0.0) - was
        if abs(difference) > SMALLEST:
            words = f"{period}, {key[0]}: {key[1]} {was:g} becomes {was + difference:g}"
            found.append(
                Adjustment(period=period, clause=key[0], figure=key[1], told=was, value=difference, words=words)
            )
    return tuple(found)


def untouched(statement: Statement) -> bool:
    """Whether the statement still says what was sealed."""
    return statement.seal == _seal(
        statement.period,
        statement.closed_at,
        statement.load_id,
        statement.policy_version,
        statement.lines,
        statement.adjustments,
    )


def _seal(
    period: str,
    closed_at: Instant,
    load_id: str,
    policy_version: str,
    lines: Sequence[Line],
    changed: Sequence[Adjustment],
) -> str:
    return fingerprint(
        {
            "period": period,
            "closed_at": closed_at,
            "load_id": load_id,
            "policy_version": policy_version,
            "lines": [[line.clause, line.figure, line.value, line.words] for line in lines],
            "adjustments": [[one.period, one.clause, one.figure, one.told, one.value] for one in changed],
        }
    )
