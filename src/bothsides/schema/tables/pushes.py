"""Pushes: when and where the marketplace deliberately worked to win more of one side, and how it was decided."""

from bothsides.schema.column import choice, key, moment, number, text
from bothsides.schema.side import Side
from bothsides.schema.table import Table

ASSIGNMENTS = ("randomised", "instrumented", "chosen")
"""By lot; by an outside reason that moves the pushed side alone; by people who looked at the places."""

PUSHES = Table(
    name="pushes",
    grain="one row per push, place and stretch of time",
    meaning="A deliberate effort to win more accounts of one side in one place, such as an onboarding blitz or a "
    "subsidy. What it can prove about the other side follows from how the places were picked.",
    owner="Growth lead (list of pushes and pilots)",
    event_time="started_on",
    columns=(
        key("push_id", "the push in one place"),
        text("name", "what it was called"),
        choice("side", Side, "the side it was to win", required=True),
        text("category", "category it was aimed at; empty for all"),
        text("region", "region it was aimed at; empty for all"),
        moment("started_at", "when it began", required=True),
        moment("ended_at", "its last day; empty while it runs"),
        number("intensity", "how hard it pushed, in units of your own such as budget or people", default="1"),
        choice("assignment", ASSIGNMENTS, "how places and times were picked", required=True, default="chosen"),
    ),
)
