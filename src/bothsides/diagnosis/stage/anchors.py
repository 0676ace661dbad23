"""Anchor buyers to win: those who look here and buy elsewhere, and those whose likes buy here already."""

from collections.abc import Collection, Iterator

from bothsides.diagnosis.cells import Cells, Where
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.stage.market import Buyer, MarketTrade
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.stage.reading import Anchor
from bothsides.diagnosis.wording import counted, money, share
from bothsides.metrics import Basis, Unit


def anchors(
    trade: MarketTrade, found: Cells, served: Collection[Where], currency: str, policy: StagePolicy
) -> dict[int, Anchor]:
    """The buyers worth most to win for a place by account, one place each, largest first.

    `served` are the cells with suppliers enough: a buyer brought to a cell that lacks supply is a buyer lost.
    """
    if not found.by_category:
        return {}
    every = [*_lookers(trade, found, served, currency), *_alike(trade, found, served, currency, policy)]
    every.sort(
        key=lambda each: (-each[1].per_month, each[1].name, each[1].category or "", each[1].region or "", each[0])
    )
    chosen: dict[int, Anchor] = {}
    for account, anchor in every:
        chosen.setdefault(account, anchor)
    return chosen


def _lookers(
    trade: MarketTrade, found: Cells, served: Collection[Where], currency: str
) -> Iterator[tuple[int, Anchor]]:
    """Buyers that searched or asked in a place and bought nothing there, but buy elsewhere on the market."""
    known = {buyer.account: buyer for buyer in trade.largest}
    for wanted in trade.wanted:
        where: Where = (wanted.category, wanted.region if found.by_region else None)
        part = trade.buyers.wallet.get(wanted.category)
        if wanted.bought or where not in served or part is None or not trade.answered:
            continue
        why = f"It looked or asked {counted(wanted.times, 'time')} there and bought nothing"
        yield (
            wanted.buyer,
            _anchor(known[wanted.buyer], where, trade.answered, part, why, currency, times=wanted.times),
        )


def _alike(
    trade: MarketTrade, found: Cells, served: Collection[Where], currency: str, policy: StagePolicy
) -> Iterator[tuple[int, Anchor]]:
    """Buyers that do not buy a category which others with the same main category buy."""
    for category, part in sorted(trade.buyers.wallet.items()):
        for buyer in trade.largest:
            chance = trade.buyers.chance(buyer.main, category, least=policy.least_alike)
            where: Where = (category, buyer.region if found.by_region else None)
            if not chance or category in buyer.categories or where not in served:
                continue
            why = f"{share(chance)} of buyers who mainly buy {buyer.main} also buy {category}; it does not"
            yield buyer.account, _anchor(buyer, where, chance, part, why, currency)


def _anchor(
    buyer: Buyer, where: Where, chance: float, part: float, why: str, currency: str, *, times: int = 0
) -> Anchor:
    """What it would bring: the chance that it buys here, times the part of its trade that others give this category."""
    values = [
        figure("bought_elsewhere", buyer.per_month, Unit.MONEY, n=len(buyer.categories), currency=currency),
        figure("chance_to_buy_here", chance, Unit.RATE, n=0, basis=Basis.NOT_COMPUTED),
    ]
    if times:
        values.append(figure("looked_in_vain", times, Unit.COUNT, n=times))
    return Anchor(
        name=buyer.name,
        category=where[0],
        region=where[1],
        why=f"{why}. It spends {money(buyer.per_month, currency)} a month elsewhere.",
        per_month=buyer.per_month * chance * part,
        values=tuple(values),
    )
