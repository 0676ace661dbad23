"""What a reader must know of the data and the method before believing the numbers."""

from bothsides.diagnosis.cells import Cells
from bothsides.diagnosis.span import Spans
from bothsides.diagnosis.wording import counted, money, share
from bothsides.metrics import Store
from bothsides.schema import minor_units

METHOD = (
    "Claims about many places were tested together, so that many places do not make one false alarm likely.",
    "What is small or uncertain is left out or called directional.",
    "Worths are accounting, not forecasts: they overlap between findings and must not be added up.",
)

_EVERY_LOAD = 2**31 - 1

MUCH_SET_ASIDE = 0.02
"""From this share of a source's records on, what was set aside is said before any number, not in a caveat alone."""


def set_aside(store: Store) -> tuple[str, ...]:
    """A sentence for each source and table of which much was set aside by its last load; the largest share first.

    Records, not money: the amount of a record that could not be read is not known.
    """
    if "load_sources" not in store.engine.tables():  # it stays in the workspace: a mirror has none
        return ()
    rows = store.engine.rows(
        'SELECT "source", table_name, sum("read"), sum(quarantined) FROM load_sources l JOIN loads USING (load_id)'
        " WHERE status = 'ok' AND load_id <= $known AND load_id = (SELECT max(o.load_id) FROM load_sources o"
        ' JOIN loads p ON p.load_id = o.load_id WHERE p.status = \'ok\' AND o."source" = l."source"'
        ' AND o."read" > 0 AND o.load_id <= $known) GROUP BY ALL HAVING sum(quarantined) > $much * sum("read")'
        ' ORDER BY sum(quarantined) / sum("read") DESC, "source", table_name',
        {"known": store.known_on or _EVERY_LOAD, "much": MUCH_SET_ASIDE},
    )
    return tuple(
        f"{share(held / read)} of what source {source} brought for {table.replace('_', ' ')} was set aside and is in "
        f"no number: {held:,} of {counted(read, 'record')}."
        for source, table, read, held in rows
    )


def caveats(store: Store, covered: Spans, found: Cells | None) -> tuple[str, ...]:
    """Those of the data first, then those of the method; only what applies here."""
    return tuple(
        text
        for text in (
            _sample(store),
            _months(store),
            _credits(store, covered),
            _quarantined(store),
            *(f"{rows}: their amounts are in no number." for rows in store.unpriced),
            *_elsewhere(store, covered),
            _short_history(covered),
            _agreed(store),
            _cells(found, sampled=store.sampled),
            *METHOD,
        )
        if text
    )


def _agreed(store: Store) -> str:
    """Which numbers follow the workspace's own definitions, and what does not."""
    own = [name for name in store.dictionary.agreed if any(v.agreed for v in store.dictionary.versions(name))]
    if not own:
        return ""
    said = [
        f"{version.metric.definition}" + (f" from {version.effective_from} on" if version.effective_from else "")
        for name in own
        for version in store.dictionary.versions(name)
        if version.agreed
    ]
    return (
        f"Agreed in this workspace: {', '.join(said)}. Numbers name the definition that gave them; findings and what "
        "they are worth are reckoned from completed orders as the house counts them."
    )


def _sample(store: Store) -> str:
    return (
        "Orders are a declared sample: totals are weighted up. Who came back, how concentrated the market is, which "
        "cells are short and what an account brings cannot be told from a sample of orders, so nothing is said of it."
        if store.sampled
        else ""
    )


def _months(store: Store) -> str:
    row = store.engine.row("SELECT count(*) FILTER (day(placed_on) <> 1), count(*) FROM fact_orders")
    if row is None or row[0] or row[1] < 2:
        return ""
    return (
        "Every order is dated the first of a month: dates stand for whole months, and days between orders do not exist."
    )


def _credits(store: Store, covered: Spans) -> str:
    row = store.engine.row(
        "SELECT count(*), -sum(value)::DOUBLE FROM fact_orders WHERE value < 0 AND placed_on BETWEEN $first AND $last",
        {"first": covered.window.start, "last": covered.window.end},
    )
    if row is None or not row[0]:
        return ""
    amount = money(row[1] / 10 ** minor_units(store.currency), store.currency)
    notes = counted(row[0], "credit note")
    return f"Booked as negative orders: {notes} worth {amount}; counts of orders include them."


def _quarantined(store: Store) -> str:
    if "quarantine" not in store.engine.tables():  # it stays in the workspace: a mirror has none
        return ""
    row = store.engine.row(
        "SELECT count(*), count(DISTINCT reason) FROM quarantine"
        " WHERE load_id = (SELECT max(load_id) FROM loads WHERE status = 'ok')"
    )
    if row is None or not row[0]:
        return ""
    rows, reasons = counted(row[0], "row"), counted(row[1], "reason")
    return f"In quarantine and in no number: {rows} of the last load, for {reasons}; see `bothsides quarantine`."


def _elsewhere(store: Store, covered: Spans) -> tuple[str, ...]:
    """Tables known only outside the window: their numbers stand for other days."""
    window, found = covered.window, []
    for table, what in (("quotes", "Requests for quotation"), ("events", "Searches and visits"), ("spend", "Spend")):
        known = store.ranges.get(table)
        if known is not None and (known[1] < window.start or known[0] > window.end):
            found.append(
                f"{what} are known from {known[0]} to {known[1]}, outside the window: their figures stand for those "
                "days and are not laid beside the cells."
            )
    return tuple(found)


def _short_history(covered: Spans) -> str:
    if covered.known.whole_months >= 24:
        return ""
    return (
        f"The history covers {covered.known.days} days and the window {covered.window.start} to {covered.window.end}: "
        "yearly comparisons are not possible yet, and seasons may look like trends."
    )


def _cells(found: Cells | None, *, sampled: bool) -> str:
    if sampled:
        return ""
    if found is None:
        return "Orders carry no category or region, so the market cannot be looked at cell by cell."
    unnamed = 1 - found.gmv / found.market_gmv if found.market_gmv else 0.0
    text = f"In the cells buyers are counted from {found.demand}, suppliers from {found.supply}."
    return f"{text} {share(unnamed)} of GMV has no label and is in no cell." if unnamed > 0.005 else text
