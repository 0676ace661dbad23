"""The month beside the market's own figures: clauses that are green while nothing moves, and deals of the warehouse."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import duckdb

from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.divergence import Divergence, OutcomeMonth, divergence
from bothsides.leads.sla.statements import Statement
from bothsides.leads.teams.pipeline_audit import Open
from bothsides.schema import Side, from_minor
from bothsides.warehouse import current, stored_tables

MISSED = 0.99
"""The most that a clause counts as attained in a month in which it was missed, for its contact rate, say."""

_DEALS = """
SELECT CAST(o.opportunity_id AS VARCHAR), o.side, o.owner, CAST(o.opened_at AS DATE), o.amount, o.currency,
       CAST(o.probability AS DOUBLE), replace(CAST(o.lead_id AS VARCHAR), '-', ''), CAST(t.last_at AS DATE)
FROM {deals} AS o
LEFT JOIN {touched} AS t ON t.account_id = o.account_id
WHERE o.status = 'open' ORDER BY 1
"""
_TOUCHED = "(SELECT account_id, max(occurred_at) AS last_at FROM {} WHERE account_id IS NOT NULL GROUP BY account_id)"
_NEVER = "(SELECT NULL::UUID AS account_id, NULL::TIMESTAMP AS last_at WHERE false)"


def divergences(
    policy: CommitmentsPolicy,
    statements: Sequence[Statement],
    outcome: str,
    months: Mapping[str, tuple[float, int]],
) -> tuple[Divergence, ...]:
    """Of each clause of marketing, whether it was kept every month while the outcome did not grow.

    `months` gives the market's outcome and the cases behind it by month; only months with a statement are looked at.
    """
    found = []
    for clause in policy.marketing:
        seen = []
        for told in statements:
            figures = {line.figure: line.value for line in told.lines if line.clause == clause.name}
            if told.period in months and figures.get("owed"):
                reached = figures["delivered"] / figures["owed"]
                attained = min(reached, MISSED) if figures.get("missed") else reached
                value, cases = months[told.period]
                seen.append(OutcomeMonth(period=told.period, attainment=attained, outcome=value, cases=cases))
        found.append(divergence(policy, clause, outcome, seen))
    return tuple(found)


def warehouse_deals(
    con: duckdb.DuckDBPyConnection, *, known: Callable[[str], bool], next_step: str, today: date
) -> tuple[Open, ...]:
    """Open opportunities of the warehouse whose lead the desk does not work on (`known` says which it does).

    Activity is the last touch of the account. The warehouse keeps no next steps, so `next_step` stands for them.
    """
    stored = stored_tables(con)
    if "opportunities" not in stored:
        return ()
    touched = _TOUCHED.format(current("touches")) if "touches" in stored else _NEVER
    rows = con.execute(_DEALS.format(deals=current("opportunities"), touched=touched)).fetchall()
    return tuple(
        Open(
            opportunity_id=name,
            side=Side(side),
            owner=owner,
            stage="opportunity",
            opened_on=opened,
            last_activity_on=last,
            next_step=next_step,
            amounts=() if amount is None or currency is None else (float(from_minor(amount, currency)),),
            probability=_share(probability),
        )
        for name, side, owner, opened, amount, currency, probability, lead, last in rows
        if opened <= today and not (lead is not None and known(lead))
    )


def _share(probability: float | None) -> float | None:
    """A chance as a share: systems write 40 as often as 0.4."""
    if probability is None:
        return None
    return probability / 100 if probability > 1 else probability
