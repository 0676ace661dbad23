"""Funnels over what accounts and leads did, in the order and within the time declared.

The rates of the families `activation` and `pipeline` ask whether somebody ever did something; these ask whether it
followed.
"""

from datetime import timedelta

from bothsides.metrics.funnels import Funnel, Step, metrics_of
from bothsides.schema import Side


def _steps(*names: str) -> tuple[Step, ...]:
    return tuple(Step(name=name, source=name, where=(), within=None, where_absent="refuse") for name in names)


BUYER_PATH = Funnel(
    id="buyer_path",
    label="Buyer path",
    side=Side.BUYER,
    walker="account",
    steps=_steps("search", "supplier_view", "cart_add", "order"),
    entry="any_entry",
    order="ordered",
    window=timedelta(days=7),
    exclusions=(),
    hold="none",
    count="accounts",
    attribution="first_touch",
    denominator="entrants",
    maturity="left_out",
)

FUNNELS = metrics_of(BUYER_PATH, row=15)
