"""How much an account hangs on its own partners, and what would follow if the largest left."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.median import bounds, ranked
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status

FEW_ORDERS = 2
"""An account with a single order has a single partner by construction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence(Shape):
    """Each account of a side against its partners on the other, in the cell.

    `largest`: median over accounts of the share of their GMV with their largest partner. `single`: share of accounts
    with at least two orders that have one partner only. `stranded`: share of accounts that have more than half of their
    GMV with the `k` largest of the other side: what one shock would hit. The GMV shared out is that of partners above
    zero: where credit notes outweigh a partner's orders, it has no share and makes nobody's larger. Accounts whose own
    GMV is not above zero are left out.
    Source: metric dictionary row 46.
    """

    of: Literal["largest", "single", "stranded"]
    k: int = 0

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return () if self.of == "single" else (("orders", "value"),)

    @property
    def histories(self) -> bool:
        """It adds up each account's orders."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The figure in every cell that has an order."""
        data = source(reading, metric, "orders", "placed_on")
        partition = f"PARTITION BY {', '.join(data.names)}" if data.names else ""
        same = " AND ".join(f"p.{name} IS NOT DISTINCT FROM b.{name}" for name in data.names) or "true"
        pairs = f"""
            WITH pairs AS (
                SELECT {data.keys} account, counterparty, count(*) AS orders, CAST(sum(value) AS DOUBLE) AS held
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account, counterparty
            ),
            big AS (
                SELECT {data.prefix} counterparty,
                       row_number() OVER ({partition} ORDER BY sum(held) DESC, counterparty) AS place
                FROM pairs GROUP BY {data.prefix} counterparty
            ),
            each AS (
                SELECT {"".join(f"p.{name}, " for name in data.names)} p.account, sum(p.orders) AS orders,
                       count(*) AS partners, sum(p.held) AS net, sum(greatest(p.held, 0)) AS whole, max(p.held) AS most,
                       coalesce(sum(CASE WHEN b.place <= {int(self.k)} THEN greatest(p.held, 0) END), 0) AS exposed
                FROM pairs p JOIN big b ON b.counterparty = p.counterparty AND {same}
                GROUP BY {"".join(f"p.{name}, " for name in data.names)} p.account
            )
        """
        if self.of == "largest":
            figures = f"""
                SELECT {data.prefix} {bounds(0.5)}
                FROM (SELECT {data.prefix} most / whole AS amount FROM each WHERE net > 0) shares {data.by}
            """
            rows = run(reading, pairs + figures, data.parameters)
            return {tuple(row[:-4]): ranked(*row[-4:]) for row in rows if row[-1]}
        hit, judged = {
            "single": ("partners = 1", f"orders >= {FEW_ORDERS}"),
            "stranded": ("exposed > whole / 2", "net > 0"),
        }[self.of]
        figures = f"""
            SELECT {data.prefix} count(*) FILTER (WHERE {hit} AND {judged}), count(*) FILTER (WHERE {judged})
            FROM each {data.by}
        """
        return {tuple(row[:-2]): _share(*row[-2:]) for row in run(reading, pairs + figures, data.parameters)}


def _share(hit: int, n: int) -> Outcome:
    if not n:
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="no account to judge")
    low, high = wilson(hit, n)
    return Outcome(value=hit / n, n=n, low=low, high=high, basis=Basis.WILSON)
