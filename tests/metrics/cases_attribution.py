"""Won revenue credited to campaigns, by hand: 100.01 after four touches, 50.00 after one, 30.00 after none."""

from tests.metrics.cases import case
from tests.metrics.cases_pipeline import ABROAD, LEADS_ONLY, PIPELINE, TOUCHED

CASES = (
    case(
        "attributed_revenue_first",
        TOUCHED,
        "the campaign that brought the lead came first",
        "- | 30 | 1 | ok; Fair | 50 | 1 | ok; Spring | 100.01 | 1 | ok",
        by="campaign",
    ),
    case("attributed_revenue_first", TOUCHED, "all of the won value", "180.01 | 3 | ok", basis="census"),
    case("attributed_revenue_first", ABROAD, "one without a rate that is still open", "130 | 2 | ok"),
    case(
        "attributed_revenue_last",
        TOUCHED,
        "not the touch after the close",
        "- | 30 | 1 | ok; Fair | 150.01 | 2 | ok; Spring | 0 | 0 | ok",
        by="campaign",
    ),
    case(
        "attributed_revenue_last",
        TOUCHED,
        "by channel of the campaign and month",
        "2024-02 | ads | 0 | 0 | ok; 2024-02 | trade_show | 100.01 | 1 | ok",
        by="month,channel",
        end="2024-02-29",
    ),
    # Of 10,001 cents: 4,000, then up to 5,000 (5,000.5 to the even), up to 6,001, and the rest of 4,000.
    case(
        "attributed_revenue_position",
        TOUCHED,
        "to the cent",
        "- | 30 | 1 | ok; Fair | 100 | 3 | ok; Spring | 50.01 | 2 | ok",
        by="campaign",
    ),
    case("attributed_revenue_position", TOUCHED, "all of the won value", "180.01 | 6 | ok"),
    case("attributed_revenue_position", PIPELINE, "no campaign: all of it has none", "- | 130 | 2 | ok", by="campaign"),
    case("attributed_revenue_position", LEADS_ONLY, "no opportunities", reason="needs opportunities"),
    case(
        "attributed_share",
        TOUCHED,
        "by side",
        "buyer | 10001/13001 | 2 | small_n; supplier | 1 | 1 | small_n",
        by="side",
    ),
    case(
        "attributed_share",
        TOUCHED,
        "nothing won",
        "2024-06 | - | 0 | no_denominator",
        by="month",
        start="2024-06-01",
        end="2024-06-30",
    ),
)
