"""Small categories scored by the demand and the supply that stand beside them."""

from bothsides.diagnosis.stage.market import MarketTrade
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.stage.reading import Vertical


def verticals(trade: MarketTrade, policy: StagePolicy) -> tuple[Vertical, ...]:
    """Small categories, best score first: the geometric mean of adjacent demand, unmet demand included, and supply.

    Adjacent are accounts that do not trade the category, each counted with the share of accounts of the same main
    category that do; without either there is no score. Categories nobody here has ever named cannot be seen.
    """
    gmv, least = trade.buyers.amounts, policy.least_alike
    total, names = sum(gmv.values()), sorted({*gmv, *trade.unmet, *trade.suppliers.amounts})
    if len(names) < 2 or total <= 0:
        return ()
    small = [name for name in names if gmv.get(name, 0.0) / total <= policy.vertical_share / len(names)]
    demand = {name: trade.buyers.adjacent(name, least=least) for name in small}
    supply = {name: trade.suppliers.adjacent(name, least=least) for name in small}
    wanted = _scaled(demand), _scaled({name: float(trade.unmet.get(name, 0)) for name in small})
    offered = _scaled(supply)
    scored = [
        Vertical(
            category=name,
            score=(max(part[name] for part in wanted) * offered[name]) ** 0.5,
            demand=demand[name],
            supply=supply[name],
            unmet=trade.unmet.get(name, 0),
            gmv_share=gmv.get(name, 0.0) / total,
        )
        for name in small
    ]
    found = [vertical for vertical in scored if vertical.score > 0]
    found.sort(key=lambda vertical: (-vertical.score, vertical.category))
    return tuple(found[: policy.most_verticals])


def _scaled(parts: dict[str, float]) -> dict[str, float]:
    most = max(parts.values(), default=0.0)
    return {name: part / most if most > 0 else 0.0 for name, part in parts.items()}
