"""From lead to won account, by hand."""

from datetime import datetime

from tests.metrics.cases import case, dated, day, world
from tests.metrics.cases_volume import LEDGER


def lead(name: str, side: str, on: str, **more: object) -> dict[str, object]:
    return dated({"lead_id": name, "side": side, "created_at": on, **more})


def stage(name: str, stage: str, on: str) -> dict[str, object]:
    at = datetime.fromisoformat(on)
    return {"lead_id": name, "stage": stage, "changed_at": at}


def touch(name: str, on: str, kind: str = "call", direction: str = "out") -> dict[str, object]:
    return {"lead_id": name, "kind": kind, "direction": direction, "occurred_at": datetime.fromisoformat(on)}


def deal(
    side: str, opened: str, status: str, amount: int, closed: str | None = None, **more: object
) -> dict[str, object]:
    days = {"opened_at": opened} | ({"closed_at": closed} if closed else {})
    return dated({"side": side, "status": status, "amount": amount, **days, **more})


LEADS = [
    lead("l1", "buyer", "2024-01-01", channel="ads"),
    lead("l2", "buyer", "2024-01-05", channel="seo"),
    lead("l3", "supplier", "2024-01-10", channel="ads", segment="large"),
    lead("l4", "supplier", "2024-02-01"),
    lead("l5", "buyer", "2024-05-20"),
    lead("l6", "buyer", "2024-01-02", channel="ads"),
]
STAGES = [
    stage("l1", "lead", "2024-01-01"),
    stage("l1", "mql", "2024-01-03"),
    stage("l1", "sales_qualified", "2024-01-10"),
    stage("l1", "opportunity", "2024-01-20"),
    stage("l1", "closed_won", "2024-01-31T12:00"),  # day 30.5
    stage("l1", "closed_won", "2024-02-20"),  # written twice: the first counts
    stage("l2", "mql", "2024-01-06"),
    stage("l2", "closed_lost", "2024-02-01"),
    stage("l3", "closed_won", "2024-02-09"),  # straight to won
    stage("l4", "sales_qualified", "2024-02-05"),
    stage("l4", "mql", "2024-02-07"),  # backwards
    stage("l5", "mql", "2024-05-21"),
    stage("l6", "opportunity", "2024-05-01"),
    stage("l6", "closed_won", "2024-05-30"),  # after 149 days
]
TOUCHES = [
    touch("l1", "2024-01-01T01:00", direction="in"),
    touch("l1", "2024-01-01T06:00"),
    touch("l2", "2024-01-05T01:00", kind="ad"),
    touch("l2", "2024-01-06T00:00", kind="email"),  # 24 hours
    touch("l3", "2024-01-13T00:00"),  # 72 hours
    touch("l4", "2024-01-31T00:00"),  # before the lead was one
    touch("l5", "2024-05-20T12:00"),
]
DEALS = [
    deal("buyer", "2024-01-01", "won", 100_00, "2024-01-31", channel="ads"),
    deal("supplier", "2024-01-10", "lost", 50_00, "2024-02-09"),
    deal("buyer", "2024-02-01", "open", 70_00, "2024-03-01"),  # the close that was hoped for
    deal("buyer", "2024-02-05", "won", 10_00),  # on an unknown day
    deal("supplier", "2024-03-01", "won", 30_00, "2024-04-10"),
]
PIPELINE = world("2024-05-31", leads=LEADS, stage_changes=STAGES, touches=TOUCHES, opportunities=DEALS)
LEADS_ONLY = world("2024-05-31", leads=LEADS)
TWO_STAGES = LEADS_ONLY.but({"stage_changes": [s for s in STAGES if s["stage"] in ("mql", "closed_won")]})
"""A funnel that records marketing-qualified and won and nothing between."""
ABROAD = PIPELINE.but({"opportunities": [*DEALS, deal("buyer", "2024-03-05", "open", 1_00, currency="USD")]})
LATER = PIPELINE.but(known_until=day("2024-12-31"))
CHANCES = PIPELINE.but(
    {
        "opportunities": [
            row | {"probability": chance} for row, chance in zip(DEALS, (None, None, 50, 100, 20), strict=True)
        ]
    }
)
REASONS = world(
    "2024-03-31",
    opportunities=[
        deal("buyer", "2024-01-01", "lost", 10_00, "2024-02-01", reason="price"),
        deal("buyer", "2024-01-02", "lost", 20_00, "2024-02-02", reason="price"),
        deal("buyer", "2024-01-03", "lost", 30_00, "2024-02-03"),
        deal("supplier", "2024-01-04", "lost", 40_00, "2024-02-04", reason="timing"),
        deal("supplier", "2024-01-05", "won", 50_00, "2024-02-05", reason="price"),
        deal("buyer", "2024-01-06", "open", 60_00, reason="price"),
    ],
)
# o1 met Spring, Fair, Spring and Fair before its close, o2 Fair, o3 nobody.
TOUCHED = world(
    "2024-12-31",
    campaigns=[
        {"campaign_id": "c1", "name": "Spring", "channel": "ads"},
        {"campaign_id": "c2", "name": "Fair", "channel": "trade_show"},
    ],
    leads=[
        lead("l1", "buyer", "2024-01-01", campaign_id="c1"),
        lead("l2", "supplier", "2024-01-05"),
        lead("l3", "buyer", "2024-01-10"),
    ],
    stage_changes=[stage("l1", "lead", "2024-01-01")],
    touches=[
        touch("l1", "2024-01-10") | {"campaign_id": "c2"},
        touch("l1", "2024-01-20") | {"campaign_id": "c1"},
        touch("l1", "2024-01-25") | {"campaign_id": "c2"},
        touch("l1", "2024-01-28"),  # of no campaign
        touch("l1", "2024-03-15") | {"campaign_id": "c1"},  # after the close
        touch("l2", "2023-06-01") | {"campaign_id": "c1"},  # too long before
        touch("l2", "2024-02-01") | {"campaign_id": "c2"},
    ],
    opportunities=[
        deal("buyer", "2024-01-05", "won", 100_01, "2024-02-01", lead_id="l1", category="x"),
        deal("supplier", "2024-01-10", "won", 50_00, "2024-03-01", lead_id="l2", category="x"),
        deal("buyer", "2024-01-15", "won", 30_00, "2024-04-01", lead_id="l3", category="y"),
        deal("buyer", "2024-01-20", "lost", 40_00, "2024-05-01", lead_id="l1", reason="price"),
    ],
)

CASES = (
    case("leads", PIPELINE, "by month", "2024-01|4|4|ok; 2024-02|1|1|ok; 2024-03|0|0|ok", by="month", end="2024-03-31"),
    case(
        "leads", LEADS_ONLY, "by side, with nothing else loaded", "buyer | 4 | 4 | ok; supplier | 2 | 2 | ok", by="side"
    ),
    case("leads", PIPELINE, "by channel", "- | 2 | 2 | ok; ads | 3 | 3 | ok; seo | 1 | 1 | ok", by="channel"),
    case("leads", LEDGER, "no leads", reason="needs leads"),
    case(
        "mqls",
        PIPELINE,
        "by the day of the stage; skipped and backward stages count at the next",
        "2024-01|2|2|ok; 2024-02|2|2|ok; 2024-03|0|0|ok; 2024-04|0|0|ok; 2024-05|2|2|ok",
        by="month",
    ),
    case("mqls", LEADS_ONLY, "no history", reason="needs stage_changes: no data"),
    case("sales_qualified", PIPELINE, "by side", "buyer | 2 | 2 | ok; supplier | 2 | 2 | ok", by="side"),
    case("sales_qualified", TWO_STAGES, "a stage nobody records", reason="needs stage_changes.stage=sales_qualified"),
    case(
        "opportunities_opened",
        PIPELINE,
        "by month",
        "2024-01|1|1|ok; 2024-02|1|1|ok; 2024-03|0|0|ok; 2024-04|0|0|ok; 2024-05|1|1|ok",
        by="month",
    ),
    case("closed_won", PIPELINE, "once each", "3 | 3 | ok"),
    case("closed_won", PIPELINE, "as of the day before", "2 | 2 | ok", as_of="2024-05-29"),
    case("closed_won", TWO_STAGES, "with two stages", "3 | 3 | ok"),
    case(
        "lead_to_mql_rate", PIPELINE, "leads at least 90 days old", "5/5 | 5 | small_n", span="2024-01-01..2024-03-02"
    ),
    case("lead_to_mql_rate", PIPELINE, "what came later was not known", "3/4 | 4 | small_n", as_of="2024-04-30"),
    case("lead_to_mql_rate", PIPELINE, "young", "2024-05 | - | 0 | immature", by="month", start="2024-05-01"),
    case("mql_to_sales_qualified_rate", PIPELINE, "l2 did not", "4/5 | 5 | small_n"),
    case("mql_to_sales_qualified_rate", TWO_STAGES, "not recorded", reason="stage_changes.stage=sales_qualified"),
    case("sales_qualified_to_won_rate", PIPELINE, "l4 not yet", "3/4 | 4 | small_n"),
    case("sales_qualified_to_won_rate", PIPELINE, "none was", "- | 0 | no_denominator", where=("channel=seo",)),
    case("lead_to_won_rate", PIPELINE, "by side", "buyer | 2/3 | 3 | small_n; supplier | 1/2 | 2 | small_n", by="side"),
    case("lead_to_won_rate", PIPELINE, "by segment", "large | 1 | 1 | small_n", by="segment", where=("segment=large",)),
    case("lead_to_won_rate", TWO_STAGES, "with two stages", "3/5 | 5 | small_n", basis="wilson"),
    case("lead_to_won_days", PIPELINE, "30, 30.5 and 149", "61/2 | 3 | small_n", basis="not computed"),
    case(
        "lead_to_won_days",
        PIPELINE,
        "none in April",
        "2024-04|-|0|no_denominator",
        by="month",
        start="2024-04-01",
        end="2024-04-30",
    ),
    case("first_touch_hours", PIPELINE, "6, 12, 24 and 72", "18 | 4 | small_n"),
    case("first_touch_hours", PIPELINE, "as of 12 January", "15 | 2 | small_n", as_of="2024-01-12"),
    case("first_touch_hours", TWO_STAGES, "no touches", reason="needs touches"),
    case("first_touch_24h_rate", PIPELINE, "24 hours count, silence does not", "3/6 | 6 | small_n"),
    case("first_touch_24h_rate", PIPELINE, "the last day is too young", "- | 0 | immature", start="2024-05-31"),
    case(
        "win_rate",
        PIPELINE,
        "by month of the close; open ones and those without a day left out",
        "2024-01|1|1|small_n; 2024-02|0|1|small_n; 2024-03|-|0|no_denominator; 2024-04|1|1|small_n",
        by="month",
        end="2024-04-30",
    ),
    case("win_rate", PIPELINE, "total", "2/3 | 3 | small_n", basis="wilson"),
    case("win_rate", ABROAD, "needs no rate", "2/3 | 3 | small_n"),
    case("sales_cycle_days", PIPELINE, "30, 30 and 40", "30 | 3 | small_n"),
    case("sales_cycle_days", PIPELINE, "by side", "buyer | 30 | 1 | small_n; supplier | 35 | 2 | small_n", by="side"),
    case(
        "open_pipeline",
        PIPELINE,
        "on the last day; a hoped-for close closes nothing",
        "2024-01|50|1|ok; 2024-02|70|1|ok; 2024-03|100|2|ok; 2024-04|70|1|ok; 2024-05|70|1|ok",
        by="month",
    ),
    case("open_pipeline", PIPELINE, "as of a day on which two were open", "150 | 2 | ok", as_of="2024-01-30"),
    case("open_pipeline", PIPELINE, "by side", "buyer | 70 | 1 | ok; supplier | 0 | 0 | ok", by="side"),
    case("open_pipeline", ABROAD, "without a rate", reason="1 rows of opportunities"),
    case("open_pipeline", LEADS_ONLY, "no opportunities", reason="needs opportunities"),
    # 6, 12, 24 and 72 hours.
    case("first_touch_hours_p90", PIPELINE, "between the third and the fourth", "57.6 | 4 | small_n"),
    case("first_touch_hours_p90", PIPELINE, "nobody was touched", "- | 0 | no_denominator", start="2024-05-21"),
    case(
        "win_rate_by_value",
        PIPELINE,
        "by side",
        "buyer | 1 | 1 | small_n; supplier | 30/80 | 2 | small_n",
        by="side",
    ),
    case(
        "win_rate_by_value",
        PIPELINE,
        "nothing closed",
        "2024-03|-|0|no_denominator",
        by="month",
        start="2024-03-01",
        end="2024-03-31",
    ),
    case("win_rate_by_value", ABROAD, "one without a rate that is still open", "130/180 | 3 | small_n"),
    case(
        "cohort_win_rate",
        LATER,
        "open ones not won, one closed on an unknown day left out",
        "2024-01 | 1/2 | 2 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | 1 | 1 | small_n",
        by="month",
        end="2024-03-31",
    ),
    case("cohort_win_rate", PIPELINE, "none is 180 days old", "- | 0 | immature"),
    case(
        "won_value",
        PIPELINE,
        "by the day of the close",
        "2024-01 | 100 | 1 | ok; 2024-02 | 0 | 0 | ok; 2024-03 | 0 | 0 | ok; 2024-04 | 30 | 1 | ok",
        by="month",
        end="2024-04-30",
    ),
    case("won_value_per_opportunity", LATER, "of four", "130/4 | 4 | small_n"),
    case(
        "won_value_per_opportunity",
        TOUCHED,
        "by campaign of the lead",
        "- | 40 | 2 | small_n; Spring | 50.005 | 2 | small_n",
        by="campaign",
    ),
    case(
        "lost_opportunities",
        REASONS,
        "by reason",
        "- | 1 | 1 | ok; price | 2 | 2 | ok; timing | 1 | 1 | ok",
        by="reason",
    ),
    case(
        "loss_reason_share",
        REASONS,
        "adding up to one",
        "- | 1/4 | 4 | small_n; price | 2/4 | 4 | small_n; timing | 1/4 | 4 | small_n",
        by="reason",
        basis="wilson",
    ),
    case(
        "loss_reason_share",
        REASONS,
        "of each side",
        "buyer | - | 1/3 | 3 | small_n; buyer | price | 2/3 | 3 | small_n; supplier | timing | 1 | 1 | small_n",
        by="side,reason",
    ),
    case(
        "loss_reason_share",
        REASONS,
        "of all losses, whichever reasons are shown",
        "- | 1/4 | 4 | small_n; price | 2/4 | 4 | small_n",
        by="reason",
        where=("reason=price,(none)",),
        bounds=(0.15004, 0.84996),
    ),
    case("loss_reason_share", REASONS, "the share of one reason", "2/4 | 4 | small_n", where=("reason=price",)),
    case(
        "loss_reason_share",
        REASONS,
        "the share of one reason by side",
        "buyer | 2/3 | 3 | small_n; supplier | 0 | 1 | small_n",
        by="side",
        where=("reason=price",),
    ),
    case("loss_reason_share", PIPELINE, "nobody wrote why", reason="needs opportunities.reason"),
    case("win_reason_share", REASONS, "one deal", "price | 1 | 1 | small_n", by="reason"),
    case("unknown_loss_reason_rate", REASONS, "one of four", "1/4 | 4 | small_n", basis="wilson"),
    case("unknown_loss_reason_rate", REASONS, "none lost", "- | 0 | no_denominator", start="2024-03-01"),
    # Two closed after 30 days and one after 40; one has been open for 120.
    case("sales_cycle_all_days", PIPELINE, "open ones censored", "30 | 4 | small_n", basis="not computed"),
    case(
        "sales_cycle_all_days", PIPELINE, "by side", "buyer | 30 | 2 | small_n; supplier | 30 | 2 | small_n", by="side"
    ),
    case(
        "qualified_pipeline",
        LATER,
        "aged out after 180 days",
        "2024-03|100|2|ok; 2024-04|70|1|ok; 2024-05|70|1|ok; 2024-06|70|1|ok; 2024-07|0|0|ok",
        by="month",
        start="2024-03-01",
        end="2024-07-31",
    ),
    case(
        "stale_pipeline",
        LATER,
        "from day 181 on",
        "2024-06 | 0 | 0 | ok; 2024-07 | 70 | 1 | ok",
        by="month",
        start="2024-06-01",
        end="2024-07-31",
    ),
    # Until January only a buyer's deal was closed, and won; in February a supplier's was lost.
    case(
        "weighted_pipeline",
        PIPELINE,
        "by the share won so far on the side",
        "2024-01 | - | 1 | no_denominator; 2024-02 | 70 | 1 | small_n; 2024-03 | 70 | 2 | small_n",
        by="month",
        end="2024-03-31",
    ),
    case("weighted_pipeline", LATER, "nothing but stale deals", "0 | 0 | small_n"),
    case("weighted_pipeline", ABROAD, "without a rate", reason="1 rows of opportunities"),
    # Chances of 50 and 20 %: 35.00 + 6.00 in March.
    case(
        "declared_weighted_pipeline",
        CHANCES,
        "as the deals say",
        "2024-03 | 41 | 2 | small_n; 2024-04 | 35 | 1 | small_n",
        by="month",
        start="2024-03-01",
        end="2024-04-30",
    ),
    case("declared_weighted_pipeline", PIPELINE, "no deal says", reason="needs opportunities.probability"),
)
