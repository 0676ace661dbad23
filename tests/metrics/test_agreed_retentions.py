"""agreement/funnels.toml: retentions of our own beside the funnels."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.metrics import read_dictionary
from bothsides.metrics.cohorts import Retention, Returned
from bothsides.metrics.funnels import Funnel
from bothsides.metrics.funnels.sources import SOURCES
from bothsides.schema import Grain, Side
from tests.metrics.test_agreed_funnels import FAST, mistakes, written

KEPT = """
[[retention]]
id = "searching_again"
label = "Searching again"
side = "buyer"
kind = "recurring"
active = "search"
period = "week"
ages = 8
span = "1-2, 3-8"
measure = "accounts"
count = "organizations"
maturity = "left_out"
"""


def test_a_retention_stands_beside_the_funnels(tmp_path: Path) -> None:
    dictionary = read_dictionary(written(tmp_path, FAST + KEPT))
    assert dictionary.ids[-3:] == ("fast_path_reached", "fast_path_conversion", "searching_again")
    metric = dictionary.metric("searching_again")
    assert isinstance(metric.formula, Returned)
    assert metric.formula.retention == Retention(
        id="searching_again",
        label="Searching again",
        side=Side.BUYER,
        kind="recurring",
        active="search",
        period=Grain.WEEK,
        ages=8,
        span=((1, 2), (3, 8)),
        measure="accounts",
        count="organizations",
        maturity="left_out",
    )


def test_a_table_that_leaves_its_choices_out_is_refused_with_all_of_them(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[[funnel]]\nid = "x"\n[[retention]]\nid = "y"\n')
    missing = {line.partition(":")[0]: line.partition("required")[2].removeprefix(": ") for line in told}
    assert missing == {
        "funnel[0].label": "",
        "funnel[0].side": "one of buyer, supplier, both",
        "funnel[0].walker": "one of account, lead, visitor",
        "funnel[0].steps": "tables with name, source, where, within, where_absent",
        "funnel[0].entry": "one of first_touch, any_entry",
        "funnel[0].order": "one of ordered, strict, any",
        "funnel[0].window": 'a time, "none", or "per step"',
        "funnel[0].exclusions": "tables with source, where, after, before",
        "funnel[0].hold": "one of none, session, quote, counterparty, category, region",
        "funnel[0].count": "one of accounts, leads, visitors, entries",
        "funnel[0].attribution": "one of first_touch, last_touch, per_step",
        "funnel[0].denominator": "one of entrants, previous_step",
        "funnel[0].maturity": "one of left_out, counted",
        "retention[0].label": "",
        "retention[0].side": "one of buyer, supplier, both",
        "retention[0].kind": "one of first_time, recurring",
        "retention[0].active": "",
        "retention[0].period": 'a number of days such as "30 days", or week, month, quarter, year',
        "retention[0].ages": "",
        "retention[0].span": 'bounded, unbounded, or brackets of ages such as "1-3, 4-6"',
        "retention[0].measure": "one of accounts, gmv",
        "retention[0].count": "one of accounts, organizations",
        "retention[0].maturity": "one of left_out, counted",
    }


def test_in_python_a_choice_left_out_is_refused_too() -> None:
    with pytest.raises(TypeError, match="missing 10 required keyword-only arguments"):
        Retention(id="x")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"week"', '"30 days"', "an account has one first day only"),
        ('"week"', '"fortnight"', 'must be a number of days such as "30 days"'),
        ('"week"', '"0 days"', 'retention[0].period = "0 days": must be a number of days such as "30 days"'),
        ('"1-2, 3-8"', '"1-9"', 'retention[0] (searching_again).span = "1-9": bracket 1-9: ages are 0 to 8'),
        ('"1-2, 3-8"', '"1-3, 2-4"', "bracket 2-4: it begins at or before 3, where one before it ends"),
        ('"1-2, 3-8"', '"1-3, 1-3"', "bracket 1-3: it begins at or before 3, where one before it ends"),
        ('"1-2, 3-8"', '"3-8, 1-2"', "bracket 1-2: it begins at or before 8, where one before it ends"),
        ("ages = 8", "ages = 521", "(searching_again).ages = 521: 521 periods: at least 1 and at most 520"),
        ('"1-2, 3-8"', '"often"', "must be bounded, unbounded, or brackets"),
        ('measure = "accounts"', 'measure = "gmv"', "only orders have an amount"),
        ('"search"', '"dance"', "is not one of order, listing, request"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in "".join(mistakes(tmp_path, KEPT.replace(old, new)))


def test_ten_years_of_weeks_are_followed(tmp_path: Path) -> None:
    text = KEPT.replace("ages = 8", "ages = 520").replace('"1-2, 3-8"', '"bounded"')
    metric = read_dictionary(written(tmp_path, text)).metric("searching_again")
    assert isinstance(metric.formula, Returned)
    assert metric.formula.retention.slots[-1] == (520, 520)


def test_a_table_of_another_name_is_a_mistake_once(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="allowed: funnel, retention") as refused:
        read_dictionary(written(tmp_path, "[[funel]]\n"))
    assert len(refused.value.problems) == 1


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "funnels.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    assert read_dictionary(written(tmp_path, example)).ids[-1] == "weekly_searchers"


def test_the_page_names_every_step_and_choice() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "funnels.md").read_text(encoding="utf-8")
    assert [name for name in SOURCES if f"`{name}`" not in page] == []
    knobs = {field.name for field in fields(Funnel)} - {"id", "label", "side", "steps"}
    assert [name for name in sorted(knobs) if f"`{name}`" not in page] == []
