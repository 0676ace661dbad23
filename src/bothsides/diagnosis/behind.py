"""The records behind a finding: which buyers went unserved, which accounts got stuck, where the money went."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows
from bothsides.diagnosis.first_transaction import MILESTONES as FIRST_TRANSACTION
from bothsides.diagnosis.onboarding import MILESTONES as ONBOARDING
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Milestone
from bothsides.metrics import Store
from bothsides.schema import Side, minor_units

MOST = 20
"""Records shown; `Rows.of` says how many there are."""


def with_rows(store: Store, findings: Iterable[Finding], span: Span) -> tuple[Finding, ...]:
    """The findings, each with the records behind it over the span, where the data hold any and it has none yet."""
    return tuple(_with_rows(store, finding, span) for finding in findings)


def _with_rows(store: Store, finding: Finding, span: Span) -> Finding:
    if finding.kind not in BEHIND or any(evidence.rows for evidence in finding.evidence):
        return finding
    sentence, read = BEHIND[finding.kind]
    rows = read(store, finding, span)
    if rows is None:
        return finding
    return replace(finding, evidence=(*finding.evidence, Evidence(sentence=sentence, rows=rows)))


def _in_place(place: Place, *, alias: str = "") -> tuple[str, dict[str, object]]:
    """A condition for the place's category and region, with its parameters."""
    dot = f"{alias}." if alias else ""
    labels = {name: getattr(place, name) for name in ("category", "region") if getattr(place, name) is not None}
    return "".join(f" AND {dot}{name} = ${name}" for name in labels), dict(labels)


def _rows(
    store: Store,
    statement: str,
    parameters: dict[str, object],
    columns: tuple[str, ...],
    *,
    money: frozenset[str] = frozenset(),
    shares: frozenset[str] = frozenset(),
) -> Rows | None:
    """The statement's records; its last column counts all there are. None where there are none."""
    found = store.engine.rows(f"{statement} LIMIT {MOST}", parameters)
    if not found:
        return None
    unit = 10 ** minor_units(store.currency)

    def cell(name: str, value: Any) -> Any:
        return value if value is None or name not in money else float(value) / unit

    rows = tuple(tuple(cell(name, value) for name, value in zip(columns, row, strict=False)) for row in found)
    return Rows(columns=columns, rows=rows, of=int(found[0][-1]), money=money, shares=shares)


def unserved(store: Store, finding: Finding, span: Span) -> Rows | None:
    """Buyers whose searches and requests in the cell led to no order, those with most first."""
    where, labels = _in_place(finding.place)
    return _rows(
        store,
        f"""
        WITH asked AS (
            SELECT account, count(*) AS searches, count(*) FILTER (NOT converted) AS unmet,
                   count(*) FILTER (results = 0) AS empty, 0 AS requests, 0 AS unfilled
            FROM fact_events
            WHERE name = 'search' AND side = 'buyer' AND account IS NOT NULL
                AND occurred_on BETWEEN $first AND $last {where}
            GROUP BY account
            UNION ALL
            SELECT account, 0, 0, 0, count(*), count(*) FILTER (NOT filled)
            FROM fact_requests
            WHERE account IS NOT NULL AND NOT cancelled AND requested_on BETWEEN $first AND $last {where}
            GROUP BY account
        ),
        summed AS (
            SELECT account, sum(searches) AS searches, sum(unmet) AS unmet, sum(empty) AS empty,
                   sum(requests) AS requests, sum(unfilled) AS unfilled
            FROM asked GROUP BY account
        )
        SELECT coalesce(d.name, 'account ' || account), searches::BIGINT, unmet::BIGINT, empty::BIGINT,
               requests::BIGINT, unfilled::BIGINT, count(*) OVER ()
        FROM summed LEFT JOIN dim_accounts d USING (account)
        WHERE unmet + unfilled > 0 ORDER BY unmet + unfilled DESC, account
        """,
        {"first": span.start, "last": span.end, **labels},
        ("buyer", "searches", "without an order", "without a result", "requests", "not filled"),
    )


def waiting(store: Store, finding: Finding, span: Span) -> Rows | None:
    """Suppliers of the cell and what they sold there, those who sold least first."""
    return _accounts(store, finding.place, span, (Side.SUPPLIER,), "gmv, account")


def both_sides(store: Store, finding: Finding, span: Span) -> Rows | None:
    """Every account of the cell on either side with its trade there, the largest first: whom to begin with."""
    return _accounts(store, finding.place, span, tuple(Side), "gmv DESC, account")


def _accounts(store: Store, place: Place, span: Span, sides: tuple[Side, ...], order: str) -> Rows | None:
    where, labels = _in_place(place)
    at_home, _ = _in_place(place, alias="a")
    listed = ", ".join(f"'{side.value}'" for side in sides)
    return _rows(
        store,
        f"""
        WITH traded AS (
            SELECT account, side, count(*) AS orders, sum(value) AS gmv FROM fact_order_parties
            WHERE side IN ({listed}) AND placed_on BETWEEN $first AND $last {where} GROUP BY 1, 2
        ),
        here AS (
            SELECT account, side, signed_up_on, coalesce(orders, 0) AS orders, coalesce(gmv, 0) AS gmv
            FROM fact_accounts a FULL JOIN traded t USING (account, side)
            WHERE t.account IS NOT NULL
                OR (side IN ({listed}) {at_home} AND (closed_on IS NULL OR closed_on > $last)
                    AND (signed_up_on IS NULL OR signed_up_on <= $last))
        )
        SELECT coalesce(d.name, 'account ' || account), h.side, h.signed_up_on, orders::BIGINT, gmv::DOUBLE,
               count(*) OVER ()
        FROM here h LEFT JOIN dim_accounts d USING (account) ORDER BY {order}
        """,
        {"first": span.start, "last": span.end, **labels},
        ("account", "side", "signed up", "orders", "GMV"),
        money=frozenset({"GMV"}),
    )


def largest(store: Store, finding: Finding, span: Span) -> Rows | None:
    """The largest accounts of the finding's side in its place, with their share of the place's GMV."""
    where, labels = _in_place(finding.place)
    side = finding.place.side or Side.SUPPLIER
    return _rows(
        store,
        f"""
        WITH traded AS (
            SELECT account, count(*) AS orders, sum(value) AS gmv FROM fact_order_parties
            WHERE side = $side AND placed_on BETWEEN $first AND $last {where} GROUP BY account
        )
        SELECT coalesce(d.name, 'account ' || account), orders::BIGINT, gmv::DOUBLE,
               (gmv / nullif(sum(gmv) OVER (), 0))::DOUBLE, count(*) OVER ()
        FROM traded LEFT JOIN dim_accounts d USING (account) ORDER BY gmv DESC, account
        """,
        {"side": side.value, "first": span.start, "last": span.end, **labels},
        (side.value, "orders", "GMV", "share"),
        money=frozenset({"GMV"}),
        shares=frozenset({"share"}),
    )


def costs(store: Store, finding: Finding, span: Span) -> Rows | None:
    """What was spent on the side, or its channel or cell, and which accounts came, month by month, newest first."""
    place = finding.place
    channel = " AND channel = $channel" if place.channel is not None else ""
    where, labels = _in_place(place)
    parameters = {"side": (place.side or Side.BUYER).value, "first": span.start, "last": span.end, **labels}
    return _rows(
        store,
        f"""
        WITH spent AS (
            SELECT date_trunc('month', spent_on)::DATE AS month, sum(amount) AS spent FROM fact_spend
            WHERE side = $side AND spent_on BETWEEN $first AND $last {where} {channel} GROUP BY 1
        ),
        joined AS (
            SELECT date_trunc('month', first_order_on)::DATE AS month, count(*) AS accounts FROM fact_accounts
            WHERE side = $side AND first_order_on BETWEEN $first AND $last {where} {channel} GROUP BY 1
        )
        SELECT month, coalesce(spent, 0)::DOUBLE, coalesce(accounts, 0)::BIGINT, count(*) OVER ()
        FROM spent FULL JOIN joined USING (month) ORDER BY month DESC
        """,
        parameters | ({"channel": place.channel} if channel else {}),
        ("month", "spent", "accounts with a first order"),
        money=frozenset({"spent"}),
    )


def stuck(store: Store, finding: Finding, span: Span) -> Rows | None:
    """Accounts that came to the step before the leak and not past it, the newest first: whom to call."""
    milestones = ONBOARDING if finding.kind == "onboarding_leak" else FIRST_TRANSACTION
    step = _step(finding, milestones)
    if step is None:
        return None
    before = _reached(milestones[step - 1 :]) if step else "true"
    where, labels = _in_place(finding.place)
    if finding.place.channel is not None:
        where, labels = f"{where} AND channel = $channel", labels | {"channel": finding.place.channel}
    columns = ", ".join(f"f.signed_up_on + ({m.days})::INTEGER" for m in milestones[:step])
    return _rows(
        store,
        f"""
        SELECT coalesce(d.name, 'account ' || f.account), f.signed_up_on, {columns}{", " if columns else ""}
               count(*) OVER ()
        FROM (
            SELECT * FROM fact_accounts WHERE side = $side AND signed_up_on BETWEEN $first AND $last {where}
                AND ({before}) AND NOT ({_reached(milestones[step:])})
        ) f LEFT JOIN (SELECT account, name FROM dim_accounts) d USING (account)
        ORDER BY f.signed_up_on DESC, f.account
        """,
        {"side": (finding.place.side or Side.BUYER).value, "first": span.start, "last": span.end, **labels},
        ("account", "signed up", *(m.label.lower() for m in milestones[:step])),
    )


def _step(finding: Finding, milestones: tuple[Milestone, ...]) -> int | None:
    """The step that leaks: its rate stands first in the evidence."""
    named = [value.metric for evidence in finding.evidence for value in evidence.values]
    steps = [i for name in named for i, m in enumerate(milestones) if name == f"{m.id}_rate"]
    return steps[0] if steps else None


def _reached(milestones: Iterable[Milestone]) -> str:
    """Whether any of these steps was ever taken; expressions come from declarations."""
    return " OR ".join(f"{m.days} IS NOT NULL" for m in milestones)


Reader: TypeAlias = Callable[[Store, Finding, Span], Rows | None]

BEHIND: dict[str, tuple[str, Reader]] = {
    "supply_short_cell": ("The buyers who looked or asked there and went without, those most often first.", unserved),
    "coverage_gap": ("The buyers who looked or asked there and went without, those most often first.", unserved),
    "demand_short_cell": (
        "Suppliers at home there or that sold there, able to sell or not, those who sold least first.",
        waiting,
    ),
    "stalled_cell": (
        "Accounts at home there or that traded there, able to sell or not, the largest first.",
        both_sides,
    ),
    "fragile_cell": ("The cell's largest accounts of that side.", largest),
    "category_depends_on_one": ("The largest suppliers, with what they sold.", largest),
    "buyer_concentration": ("The largest buyers, with what they bought.", largest),
    "supplier_concentration": ("The largest suppliers, with what they sold.", largest),
    "ltv_below_cac": ("What was spent and who came, month by month.", costs),
    "slow_payback": ("What was spent and who came, month by month.", costs),
    "unprofitable_channel": ("What was spent on the channel and who came by it, month by month.", costs),
    "thin_cell_spend": ("What was spent on the cell and who came, month by month.", costs),
    "onboarding_leak": ("Who stands before the step, the newest first.", stuck),
    "first_transaction_leak": ("Who stands before the step, the newest first.", stuck),
}
"""By the kind of finding: what its records are, in one sentence, and how they are read."""
