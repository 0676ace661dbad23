"""How much of the market hangs on few accounts, who depends on whom, and what is left when the largest leave."""

from bothsides.diagnosis.concentration.findings import (
    SHARE_COUNTED,
    concentration_findings,
    dependents,
    exposure,
    heavy,
)
from bothsides.diagnosis.concentration.hanging import hanging_picture
from bothsides.diagnosis.concentration.ledger import Ledger, Trade, Trades, read_ledger
from bothsides.diagnosis.concentration.shares import held, lorenz, shares
from bothsides.diagnosis.concentration.sides import concentration
from bothsides.diagnosis.concentration.stress import stress

__all__ = [
    "SHARE_COUNTED",
    "Ledger",
    "Trade",
    "Trades",
    "concentration",
    "concentration_findings",
    "dependents",
    "exposure",
    "hanging_picture",
    "heavy",
    "held",
    "lorenz",
    "read_ledger",
    "shares",
    "stress",
]
