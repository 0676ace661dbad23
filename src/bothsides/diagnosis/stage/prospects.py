"""Deals of the buyer side that are open: who could be won next, by what the pipeline holds."""

from bothsides.diagnosis.cells import Cells, Where
from bothsides.diagnosis.figures import figure, one
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.stage.reading import Anchor
from bothsides.diagnosis.wording import money, share
from bothsides.metrics import Store, Unit
from bothsides.schema import Side, minor_units
from bothsides.warehouse import version_filter

YEAR = 12


def prospects(store: Store, window: Span, found: Cells | None, served: frozenset[Where]) -> tuple[Anchor, ...]:
    """Open opportunities of buyers who have not ordered yet, at the market's own win rate, spread over a year.

    Only where suppliers can serve them; an opportunity without a category or an amount is left out.
    """
    if store.missing("opportunities"):
        return ()
    won = one(store, window, "win_rate", side=Side.BUYER.value)
    if won is None or not won.value:
        return ()
    rate, unit = float(won.value), 10 ** minor_units(store.currency)
    named = []
    for account, lead, owner, category, region, opened, amount in _open(store, window):
        where: Where = (category, region if found is None or found.by_region else None)
        if found is not None and where not in served:
            continue
        value = amount / unit
        since = f"open since {opened:%B %Y}" + (f" with {owner}" if owner else "")
        named.append(
            Anchor(
                name=account or lead or f"deal in {category}, {since}",
                category=where[0],
                region=where[1],
                why=f"A deal of {money(value, store.currency)}, {since}; {share(rate)} of such deals are won.",
                per_month=value * rate / YEAR,
                values=(figure("open_deal", value, Unit.MONEY, n=1, currency=store.currency), won),
            )
        )
    return tuple(named)


def _open(
    store: Store, window: Span
) -> list[tuple[str | None, str | None, str | None, str, str | None, object, float]]:
    known = version_filter(store.known_on)
    leads = "NULL::UUID AS lead_id, NULL AS name WHERE false"
    if "leads" in store.fed:
        leads = f"lead_id, name FROM leads WHERE {known}"
    return store.engine.rows(
        f"""
        SELECT a.name, l.name, o.owner, o.category, o.region, o.opened_on, o.amount::DOUBLE
        FROM fact_opportunities o LEFT JOIN dim_accounts a USING (account_id)
        LEFT JOIN (SELECT {leads}) l ON l.lead_id = o.lead_id
        WHERE o.side = 'buyer' AND o.status = 'open' AND o.amount > 0 AND o.category IS NOT NULL
          AND o.opened_on BETWEEN $first AND $last
          AND NOT EXISTS (SELECT 1 FROM fact_orders b WHERE b.buyer = a.account)
        ORDER BY o.amount DESC, o.opportunity_id
        """,
        {"first": window.start, "last": window.end},
    )
