"""What counts as a purchase: a completed order that is worth something; a credit note takes value back and is none."""

from dataclasses import dataclass
from datetime import date

from bothsides.metrics import Store

BOUGHT = "coalesce(value, 1) > 0"
"""Over the order facts: orders that are purchases. One whose value is unknown is one; a credit note, or an order of no
value such as a nil return, is none. Its money still counts where money is added up."""

COUNTED = "each counts as an order, its value is in no figure"
"""What models of who trades do with an order whose value is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """Rows of the ledger that are no purchases (`credits`), and purchases whose value is unknown (`unvalued`)."""

    credits: int
    unvalued: int
    currency: str

    def notes(self, unvalued: str) -> tuple[str, ...]:
        """What a reader is told of them; `unvalued` says what becomes of orders whose value is unknown.

        >>> Uncounted(credits=2, unvalued=0, currency="EUR").notes("left out")
        ('2 credit notes and orders of no value are not counted as orders',)
        """
        said = []
        if self.credits:
            one = self.credits == 1
            what = "credit note or order of no value is" if one else "credit notes and orders of no value are"
            said.append(f"{self.credits:,} {what} not counted as {'an order' if one else 'orders'}")
        if self.unvalued:
            what = "order has" if self.unvalued == 1 else "orders have"
            said.append(
                f"{self.unvalued:,} {what} no value in {self.currency} (no amount, or no exchange rate): {unvalued}"
            )
        return tuple(said)


def uncounted(store: Store, before: date) -> Uncounted:
    """How many completed orders before a day are no purchases, and how many have no value."""
    row = store.engine.row(
        "SELECT count(*) FILTER (WHERE value <= 0), count(*) FILTER (WHERE value IS NULL)"
        " FROM fact_orders WHERE placed_on < $before",
        {"before": before},
    )
    notes, unvalued = row or (0, 0)
    return Uncounted(credits=notes, unvalued=unvalued, currency=store.currency)


def closed_note(n: int) -> tuple[str, ...]:
    """What is said of accounts that were closed before the cut-off; nothing of none.

    >>> closed_note(1)
    ('1 account on record as closed is left out: it has left already',)
    """
    if not n:
        return ()
    accounts, have = ("account", "is left out: it has") if n == 1 else ("accounts", "are left out: they have")
    return (f"{n:,} {accounts} on record as closed {have} left already",)
