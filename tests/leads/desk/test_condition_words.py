"""A condition with a word that no lead has is named with its place, and with what may be meant."""

from pathlib import Path
from typing import Any

import pytest

from bothsides.leads.desk.condition_words import problems
from bothsides.leads.intake import IntakePolicy, Source
from bothsides.leads.route import RoutingPolicy
from bothsides.leads.route.policy import Rule, To

SOURCES = IntakePolicy(source=(Source(name="trade_fair", rename={"Branche": "sector"}),))


def said(when: dict[str, Any], intake: IntakePolicy = SOURCES) -> list[str]:
    routing = RoutingPolicy(seed="x", rule=(Rule(name="r", when=when, to=To.NURTURE),))
    return [str(one) for one in problems({"routing": routing, "intake": intake}, Path("agreement"))]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"side": "buyers"}, ["rule[0].when.side", '"buyers"', "must be one of buyer, supplier", "mean 'buyer'?"]),
        ({"side": ["supplier", "vendor"]}, ["no lead has it"]),
        ({"stage": "none of mql, openn"}, ["no lead has it"]),
        ({"band": "!= sale"}, ["did you mean 'sales'?"]),
        ({"segmnet": "enterprise"}, ["no lead has a field 'segmnet'; did you mean 'segment'?"]),
        ({"catgory": "pumps"}, ["did you mean 'category'?"]),
        ({"emaill": "is known"}, ["did you mean 'email'?"]),
        ({"deal_sise": ">= 5"}, ["did you mean 'deal_size'?"]),
        ({"source": "trade-fair"}, ["did you mean 'trade_fair'?"]),
    ],
)
def test_a_word_that_no_lead_has_is_named(when: dict[str, Any], words: list[str]) -> None:
    (found,) = said(when)
    assert found.startswith("agreement/routing.toml: rule[0].when.")
    for word in words:
        assert word in found


@pytest.mark.parametrize(
    "when",
    [
        {"side": "Buyer", "band": ["sales", "self_serve"], "stage": "!= mql"},
        {"side": "is known", "deal_size": ">= 5", "sector": "pumps", "shoe_size": 42},
        dict.fromkeys(
            (
                "category_id",
                "campaign_id",
                "company_id",
                "region_id",
                "source_id",
                "phone2",
                "deal_size_eur",
                "city_id",
                "segment_2",
                "sub_category",
                "sku_counts",
                "size",
                "count",
                "campaigns",
            ),
            "x",
        ),
        {"source": "newsletter", "owner": "starts with an"},
    ],
)
def test_words_that_a_lead_may_have_are_no_problem(when: dict[str, Any]) -> None:
    assert said(when) == []


def test_a_rename_to_what_is_nearly_a_field_is_named_and_a_field_of_its_own_is_not() -> None:
    rename = {"Firma": "compny", "Typ": "sidde", "County": "county", "Stand": "booth", "Ort": "cityy", "Nr": "id"}
    intake = IntakePolicy(source=(Source(name="fiera", rename=rename),))
    first, second = said({"cityy": "Leeds"}, intake)
    assert first.startswith('agreement/intake.toml: source[0].rename.Firma = "compny"')
    assert "did you mean 'company'?" in first
    assert "source[0].rename.Typ" in second
    assert "did you mean 'side'?" in second
