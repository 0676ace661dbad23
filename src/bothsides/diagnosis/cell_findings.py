"""Findings about cells: what a short, stalled or fragile cell costs a month, and who should do what."""

import math

from bothsides.diagnosis.cells import Cell, Cells, Outcomes
from bothsides.diagnosis.concentration import SHARE_COUNTED, Ledger, exposure
from bothsides.diagnosis.coverage import missing_suppliers, usual_need
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.liquidity import Judged, cell_values, fragile_side
from bothsides.diagnosis.liquidity_audit import CellVerdict, CoverageGap, cell_split
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.typical import Usual, interval
from bothsides.diagnosis.wording import count, counted, listed, money, share
from bothsides.metrics import Value
from bothsides.metrics.interval import Z
from bothsides.schema import Side

MOST_FRAGILE = 3
"""Fragile cells named as findings; the map shows them all."""


def cell_findings(
    judged: tuple[Judged, ...],
    found: Cells,
    ledger: Ledger,
    policy: DiagnosisPolicy,
    leave: dict[Side, Value | None],
    *,
    named: frozenset[tuple[Side | None, str | None]],
    gaps: tuple[CoverageGap, ...] = (),
) -> list[Finding]:
    """One finding per sick cell; of the fragile ones the largest.

    `named` are sides and categories already said to hang on one account: their cells are not said again. `gaps` is what
    was asked for and not met; a cell that no verdict calls short gets a finding of its own where too little of it meets
    any supplier.
    """
    unmet = {(gap.category, gap.region): gap for gap in gaps}
    findings: list[Finding] = []
    for j in judged:
        match j.verdict:
            case CellVerdict.SUPPLY_SHORT:
                findings.append(_supply_short(j, found, ledger.currency, unmet.get(j.cell.where)))
            case CellVerdict.DEMAND_SHORT:
                findings.append(_demand_short(j, found, ledger.currency))
            case CellVerdict.STALLED:
                findings.append(_stalled(j, found, ledger.currency))
            case _ if (gap := unmet.get(j.cell.where)) and gap.for_lack_of_suppliers and gap.money:
                findings.append(_coverage_gap(j, gap, ledger.currency))
    fragile = [
        j.cell
        for j in judged
        if j.verdict is CellVerdict.FRAGILE and (fragile_side(j.cell, found, policy), j.cell.category) not in named
    ]
    fragile.sort(key=lambda cell: (-cell.gmv, cell.label))
    return findings + [_fragile(cell, found, ledger, policy, leave) for cell in fragile[:MOST_FRAGILE]]


def order_value(cell: Cell, found: Cells) -> float:
    """The cell's average order, its category's where the cell has few orders, the market's where that has few."""
    for cells in ([cell], [c for c in found.cells if c.category == cell.category], list(found.cells)):
        orders = sum(c.orders for c in cells)
        if orders >= 30:
            return sum(c.gmv for c in cells) / orders
    orders = sum(c.orders for c in found.cells)
    return found.gmv / orders if orders else 0.0


def missed_orders(outcomes: Outcomes, usual: Usual | None) -> tuple[float, float, float]:
    """Orders that the usual rate would have brought beyond those that came, with the range of the cell's own rate."""
    if usual is None or not outcomes.asked:
        return 0.0, 0.0, 0.0
    low, high = interval(outcomes)
    missed = [max(0.0, (usual.usual - part) * outcomes.asked) for part in (outcomes.rate or 0.0, high, low)]
    return missed[0], missed[1], missed[2]


def _evidence(j: Judged, currency: str, *names: str) -> tuple[Evidence, ...]:
    values = cell_values(j.cell, currency)
    return (Evidence(sentence=j.why, values=tuple(values[name] for name in names if name in values)),)


def _place(cell: Cell, side: Side | None) -> Place:
    return Place(side=side, category=cell.category, region=cell.region)


def _able(found: Cells) -> str:
    """Which suppliers the cells count: those able to sell on the last day, or those that sold where only that is known.

    Records of a finding list more: every account at home in the cell, and all that ever traded there.
    """
    return "that sold" if found.supply == "sales" else "able to sell"


def _supply_short(j: Judged, found: Cells, currency: str, gap: CoverageGap | None) -> Finding:
    cell = j.cell
    worth = _unserved_worth(j, found, currency, gap) if j.settled else None
    usual = usual_need(found)
    missing = missing_suppliers(cell, usual)[0] if usual else 1
    lost = f": about {money(worth.per_month, currency)} of orders a month go unserved" if worth else ""
    return Finding(
        kind="supply_short_cell",
        title=f"{cell.label} is short of suppliers, {count(cell.suppliers)} {_able(found)} for "
        f"{counted(cell.buyers, 'buyer')}{lost}",
        place=_place(cell, Side.SUPPLIER),
        sure=Sureness.LIKELY if j.settled else Sureness.DIRECTIONAL,
        why_sure="Both the balance of sides and the share served differ from usual cells beyond chance, tested "
        "together over all cells."
        if j.settled
        else "The balance of sides differs from usual cells; without searches or requests nobody sees what went "
        "unserved.",
        evidence=(
            *_evidence(
                j,
                currency,
                "buyers_per_supplier",
                "cell_buyers",
                "cell_suppliers",
                "search_to_order",
                "fill_rate",
                "zero_result_rate",
            ),
            *_unmet(gap),
        ),
        worth=worth,
        cause="Demand grew or was bought where suppliers were not recruited.",
        owner="Category manager, supplier side",
        play="seed_supply",
        first_step=recruit_step(cell.label, missing),
        caveat="Counts orders that the usual share of today's searches and requests would have brought; buyers who "
        "never came are not in it.",
    )


def recruit_step(label: str, missing: int, *, today: str = "") -> str:
    """How many suppliers to recruit for the cell and whom to call; `today` says what the last period alone asks for."""
    return (
        f"Recruit about {counted(missing, 'supplier')}{today} for {label}: call those who could answer the searches "
        "and requests that found nobody."
    )


def _unmet(gap: CoverageGap | None) -> tuple[Evidence, ...]:
    """What was asked for in the cell and met no supplier, as evidence; none where nothing was."""
    return () if gap is None else (Evidence(sentence=unmet_sentence(gap), values=(gap.covered,)),)


def unmet_sentence(gap: CoverageGap) -> str:
    """What of a cell's searches and requests was not met, by whom, and what for."""
    parts = [
        (gap.searches_without_result, "search", "without a result"),
        (gap.requests_without_reply, "request", "without a reply"),
        (gap.requests_replied_not_filled, "request", "answered but not filled"),
    ]
    counts = [f"{counted(n, noun)} {what}" for n, noun, what in parts if n]
    who = f"; {counted(gap.buyers, 'buyer')} got nothing of what they looked or asked for" if gap.buyers else ""
    named = [f"{title} ({counted(n, 'request')})" for title, n in gap.asked]
    what = f" Most often unfilled: {listed(named)}." if named else ""
    return f"{listed(counts) or 'Everything met a supplier'}{who}.{what}"


def _coverage_gap(j: Judged, gap: CoverageGap, currency: str) -> Finding:
    """A cell that is not short by its balance of sides, but where many look or ask and meet nobody."""
    lost = money(gap.money or 0.0, currency)
    part = share(1 - float(gap.covered.value or 0.0))
    return Finding(
        kind="coverage_gap",
        title=f"{part} of what is searched and asked for in {j.cell.label} meets no supplier: about {lost} of orders a "
        "month",
        place=_place(j.cell, Side.SUPPLIER),
        sure=Sureness.LIKELY,
        why_sure="The share that meets a supplier is below that of a usual cell beyond chance, tested over all cells "
        "together.",
        evidence=(*_unmet(gap), *_evidence(j, currency, "zero_result_rate", "fill_rate", "cell_suppliers")),
        worth=Worth(
            per_month=gap.money or 0.0,
            low=gap.low,
            high=gap.high,
            currency=currency,
            reckoning=f"{count(gap.orders_a_month or 0.0)} orders a month that the usual share of these searches and "
            "requests would have brought, at the cell's typical order.",
        ),
        cause="Suppliers are there, but not for what these buyers want.",
        owner="Category manager, supplier side",
        play="seed_supply",
        first_step=f"Read the searches and requests of {j.cell.label} that met nobody; ask its suppliers to list what "
        "they lack, and recruit for the rest.",
        caveat="Buyers who search in other words than suppliers list in look unserved too: check the search first.",
    )


def _unserved_worth(j: Judged, found: Cells, currency: str, gap: CoverageGap | None) -> Worth:
    """The cell's gap in money, as the list of whom to recruit has it; without one what the usual rates would bring."""
    value = order_value(j.cell, found)
    if gap is not None and gap.money is not None:
        orders, worth = gap.orders_a_month or 0.0, (gap.money, gap.low, gap.high)
    else:
        cell, stand = j.cell, j.standing
        parts = [missed_orders(cell.searches, stand.search), missed_orders(cell.requests, stand.fill)]
        missed = [sum(part[i] for part in parts) / found.span.months for i in range(3)]
        orders, worth = missed[0], (missed[0] * value, missed[1] * value, missed[2] * value)
    return Worth(
        per_month=worth[0],
        low=worth[1],
        high=worth[2],
        currency=currency,
        reckoning=f"{count(orders)} orders a month short of the usual share served x {money(value, currency)} an "
        "order.",
    )


def _buyers_worth(j: Judged, found: Cells, currency: str) -> Worth | None:
    """What the cell would bring with the buyers a cell of its category and region usually has."""
    cell, usual = j.cell, j.standing.buyers
    if usual is None:
        return None
    per_buyer = _per_buyer(found) * order_value(cell, found)
    now = cell.gmv / found.span.months
    width = math.exp(Z * usual.spread)
    point, low, high = (max(0.0, usual.usual * factor * per_buyer - now) for factor in (1.0, 1 / width, width))
    return Worth(
        per_month=point,
        low=low,
        high=high,
        currency=currency,
        reckoning=f"{count(usual.usual)} buyers as its {cell_split(*cell.where)} usually would have x "
        f"{money(per_buyer, currency)} a month each, less the {money(now, currency)} that come today.",
    )


def _per_buyer(found: Cells) -> float:
    """Orders a month of a buyer, over the whole market."""
    buyers = sum(cell.buyers for cell in found.cells)
    return sum(cell.orders for cell in found.cells) / buyers / found.span.months if buyers else 0.0


def _demand_short(j: Judged, found: Cells, currency: str) -> Finding:
    cell, worth = j.cell, _buyers_worth(j, found, currency)
    gain = f": as many as usual would bring {money(worth.per_month, currency)} a month more" if worth else ""
    return Finding(
        kind="demand_short_cell",
        title=f"{cell.label} is short of buyers, {count(cell.buyers)} for {counted(cell.suppliers, 'supplier')} "
        f"{_able(found)}{gain}",
        place=_place(cell, Side.BUYER),
        sure=Sureness.LIKELY if j.settled else Sureness.DIRECTIONAL,
        why_sure=f"The cell has fewer buyers, per supplier and for its {cell_split(*cell.where)}, than usual beyond "
        "chance."
        if j.settled
        else "Fewer buyers than usual by far; only orders are recorded.",
        evidence=_evidence(j, currency, "buyers_per_supplier", "cell_buyers", "cell_suppliers", "search_to_order"),
        worth=worth,
        cause="Suppliers were recruited ahead of demand, or buyers there do not know the offer.",
        owner="Demand-generation manager",
        play="seed_demand",
        first_step=f"Run one buyer campaign for {cell.label} and stop recruiting suppliers there until it answers.",
        caveat=f"Assumes that buyers of this {cell_split(*cell.where)} would buy as others do.",
    )


def _stalled(j: Judged, found: Cells, currency: str) -> Finding:
    cell, worth = j.cell, _buyers_worth(j, found, currency)
    gain = f": a usual cell there would bring {money(worth.per_month, currency)} a month more" if worth else ""
    return Finding(
        kind="stalled_cell",
        title=f"{cell.label} never started, {counted(cell.buyers, 'buyer')} and "
        f"{counted(cell.suppliers, 'supplier')} {_able(found)}{gain}",
        place=_place(cell, None),
        sure=Sureness.LIKELY,
        why_sure=f"Both sides are far below what the cell's {cell_split(*cell.where)} usually would have, beyond "
        "chance.",
        evidence=_evidence(j, currency, "cell_buyers", "cell_suppliers", "orders", "search_to_order", "fill_rate"),
        worth=worth,
        cause="Chicken and egg: too few of each side for the other to come.",
        owner="Marketplace growth lead",
        play="kickstart_cell",
        first_step=f"Pick three anchor buyers for {cell.label} and bring them their suppliers by hand, or close the "
        "cell and stop spending on it.",
        caveat="The worth needs both sides; one side alone will not bring it.",
    )


def _fragile(
    cell: Cell, found: Cells, ledger: Ledger, policy: DiagnosisPolicy, leave: dict[Side, Value | None]
) -> Finding:
    side = fragile_side(cell, found, policy) or Side.SUPPLIER
    account, part = cell.top[side]
    name, values = ledger.names.get(account, "one account"), cell_values(cell, ledger.currency)
    monthly = money(part * cell.gmv / ledger.months, ledger.currency)
    return Finding(
        kind="fragile_cell",
        title=f"{cell.label} hangs on one {side}: {name} carries {share(part)}, {monthly} a month",
        place=_place(cell, side),
        sure=Sureness.CERTAIN,
        why_sure=SHARE_COUNTED,
        evidence=(
            Evidence(
                sentence=f"{name} carries {share(part)} of {money(cell.gmv, ledger.currency)} in {cell.label}.",
                values=(values[f"top_{side.value}_share"], values["gmv"]),
            ),
        ),
        worth=exposure(part * cell.gmv, ledger, side, policy, leave[side]),
        cause=f"No second {side} of that size was won in the cell.",
        owner="Category manager, supplier side" if side is Side.SUPPLIER else "VP Sales, buyer side",
        play="diversify_suppliers" if side is Side.SUPPLIER else "diversify_buyers",
        first_step=f"Name a second and third {side} for {cell.label} and bring each its first order this month.",
    )
