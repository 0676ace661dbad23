"""Anchor buyers to win: those who look here and buy elsewhere, and those whose likes buy here already."""

from collections.abc import Collection, Iterator

from bothsides.diagnosis.cells import Cells, Where
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.stage.market import MarketTrade, at, wallet
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.stage.reading import Anchor
from bothsides.diagnosis.wording import counted, money, share
from bothsides.metrics import Basis, Unit


def anchors(
    trade: MarketTrade, found: Cells, served: Collection[Where], currency: str, policy: StagePolicy
) -> tuple[Anchor, ...]:
    """The buyers worth most to win for a place, one place each, largest first.

    `served` are the cells with suppliers enough: a buyer brought to a cell that lacks supply is a buyer lost.
    """
    every = [*_lookers(trade, found, served, currency), *_alike(trade, found, served, currency, policy)]
    every.sort(key=lambda anchor: (-anchor.per_month, anchor.name, anchor.category or "", anchor.region or ""))
    chosen: dict[str, Anchor] = {}
    for anchor in every:
        chosen.setdefault(anchor.name, anchor)
    return tuple(chosen.values())[: policy.most_anchors]


def _lookers(trade: MarketTrade, found: Cells, served: Collection[Where], currency: str) -> Iterator[Anchor]:
    """Buyers that searched or asked in a place and bought nothing there, but buy elsewhere on the market."""
    for wanted in trade.wanted:
        where = at(wanted.category, wanted.region, by_region=found.by_region)
        part = wallet(trade.buyers, wanted.category)
        if where not in served or wanted.buyer not in trade.buyers.amounts or part is None or not trade.answered:
            continue
        yield _anchor(
            trade,
            wanted.buyer,
            where,
            chance=trade.answered,
            part=part,
            why=f"It looked or asked {counted(wanted.times, 'time')} there and bought nothing",
            currency=currency,
            times=wanted.times,
        )


def _alike(
    trade: MarketTrade, found: Cells, served: Collection[Where], currency: str, policy: StagePolicy
) -> Iterator[Anchor]:
    """Buyers that do not buy a category which others with the same main category buy."""
    if not found.by_category:
        return
    for category in sorted(trade.gmv):
        part, also = wallet(trade.buyers, category), trade.buyers.also(category, least=policy.least_alike)
        if part is None:
            continue
        for buyer, main in sorted(trade.buyers.main.items()):
            chance = also.get(main, 0.0)
            where = at(category, trade.regions.get(buyer), by_region=found.by_region)
            if not chance or category in trade.buyers.amounts[buyer] or where not in served:
                continue
            yield _anchor(
                trade,
                buyer,
                where,
                chance=chance,
                part=part,
                why=f"{share(chance)} of buyers who mainly buy {main} also buy {category}; it does not",
                currency=currency,
            )


def _anchor(
    trade: MarketTrade,
    buyer: int,
    where: Where,
    *,
    chance: float,
    part: float,
    why: str,
    currency: str,
    times: int = 0,
) -> Anchor:
    elsewhere = trade.buyers.total(buyer) / trade.months
    category, region = where
    values = [
        figure("bought_elsewhere", elsewhere, Unit.MONEY, n=len(trade.buyers.amounts[buyer]), currency=currency),
        figure("chance_to_buy_here", chance, Unit.RATE, n=len(trade.buyers.main), basis=Basis.NOT_COMPUTED),
    ]
    if times:
        values.append(figure("looked_in_vain", times, Unit.COUNT, n=times))
    return Anchor(
        name=trade.names.get(buyer, ""),
        category=category,
        region=region,
        why=f"{why}. It spends {money(elsewhere, currency)} a month elsewhere.",
        per_month=elsewhere * chance * part,
        values=tuple(values),
    )
