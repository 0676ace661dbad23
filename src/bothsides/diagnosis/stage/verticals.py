"""Where to enter next: small categories scored by the demand and the supply that stand beside them."""

from bothsides.diagnosis.stage.market import MarketTrade, SideTrade
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.stage.reading import Vertical


def verticals(trade: MarketTrade, policy: StagePolicy) -> tuple[Vertical, ...]:
    """Small categories, best score first: the geometric mean of adjacent demand, unmet demand included, and supply.

    Adjacent are accounts that do not trade the category, each counted with the share of accounts of the same main
    category that do; without either there is no score. Categories nobody here has ever named cannot be seen.
    """
    total = sum(trade.gmv.values())
    names = sorted({*trade.gmv, *trade.unmet, *(c for held in trade.suppliers.amounts.values() for c in held)})
    if len(names) < 2 or total <= 0:
        return ()
    small = [name for name in names if trade.gmv.get(name, 0.0) / total <= policy.vertical_share / len(names)]
    demand = {name: _adjacent(trade.buyers, name, policy) for name in small}
    supply = {name: _adjacent(trade.suppliers, name, policy) for name in small}
    wanted = _scaled(demand), _scaled({name: float(trade.unmet.get(name, 0)) for name in small})
    offered = _scaled(supply)
    scored = [
        Vertical(
            category=name,
            score=(max(part[name] for part in wanted) * offered[name]) ** 0.5,
            demand=demand[name],
            supply=supply[name],
            unmet=trade.unmet.get(name, 0),
            gmv_share=trade.gmv.get(name, 0.0) / total,
        )
        for name in small
    ]
    scored = [vertical for vertical in scored if vertical.score > 0]
    scored.sort(key=lambda vertical: (-vertical.score, vertical.category))
    return tuple(scored[: policy.most_verticals])


def _adjacent(side: SideTrade, category: str, policy: StagePolicy) -> float:
    """Accounts that would trade the category, if those that do not did as others with the same main category."""
    also = side.also(category, least=policy.least_alike)
    return sum(also.get(main, 0.0) for account, main in side.main.items() if category not in side.amounts[account])


def _scaled(parts: dict[str, float]) -> dict[str, float]:
    most = max(parts.values(), default=0.0)
    return {name: part / most if most > 0 else 0.0 for name, part in parts.items()}
