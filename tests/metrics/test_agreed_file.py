"""agreement/metrics.toml: definitions that add to the dictionary or change it, and every mistake named at once."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.metrics import METRICS, Query, Status, Unit, ask, explain, read_definitions, read_dictionary
from bothsides.metrics.agreed import parse_formula
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.schema import Grain
from tests.metrics.cases import order
from tests.metrics.conftest import Market
from tests.metrics.test_agreed_funnels import FAST
from tests.metrics.test_agreed_retentions import KEPT

OWN = """
[[metric]]
id = "off_platform_order"
label = "Off-platform order"
meaning = "Value off the platform per completed order."
unit = "money"
side = "each"
better = "down"
numerator = "sum(orders.value) where on_platform = false"
denominator = "count(orders)"
"""


def written(folder: Path, text: str) -> Path:
    """The text as a workspace's file."""
    path = folder / "agreement" / "metrics.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    """What is wrong with the text, without the file's name."""
    path = written(folder, text)
    with pytest.raises(AgreementError) as refused:
        read_definitions(path)
    return [str(problem).removeprefix(f"{path}: ") for problem in refused.value.problems]


def test_a_metric_of_our_own_is_answered_like_any_other(tmp_path: Path, market: Market) -> None:
    written(tmp_path, OWN)
    store = replace(
        market(
            orders=[
                order("b1", "s1", "2024-01-10", 100_00),
                order("b1", "s2", "2024-01-20", 60_00, on_platform=False),
                order("b2", "s1", "2024-02-10", 40_00, on_platform=False),
                order("b2", "s1", "2024-02-11", 999_00, on_platform=False, is_test=True),
            ]
        ),
        dictionary=read_dictionary(tmp_path),
    )
    values = ask(store, Query(metrics=("off_platform_order",), grain=Grain.MONTH))
    assert [(v.period, v.value, v.n, v.definition, v.currency) for v in values] == [
        ("2024-01", 30.0, 2, "off_platform_order@1", "EUR"),
        ("2024-02", 40.0, 1, "off_platform_order@1", "EUR"),
    ]
    sides = ask(store, Query(metrics=("off_platform_order",), by_side=True))
    assert [(v.side, v.value) for v in sides] == [
        ("buyer", pytest.approx(100 / 3)),
        ("supplier", pytest.approx(100 / 3)),
    ]
    assert "off_platform_order@1 = " in explain(store, Query(metrics=("off_platform_order",)))


def test_without_the_evidence_it_rests_on_it_is_unavailable_and_never_zero(tmp_path: Path, market: Market) -> None:
    written(tmp_path, OWN)
    store = replace(market(orders=[order("b1", "s1", "2024-01-10", 100_00)]), dictionary=read_dictionary(tmp_path))
    (value,) = ask(store, Query(metrics=("off_platform_order",)))
    assert (value.status, value.value) == (Status.UNAVAILABLE, None)
    assert value.reason == "needs orders.on_platform=false: no row has it"


def test_a_workspace_without_the_file_keeps_the_house_dictionary(tmp_path: Path) -> None:
    assert read_dictionary(tmp_path).agreed == {}


def test_what_a_definition_leaves_out_is_taken_from_the_one_before(tmp_path: Path) -> None:
    text = """
    [[metric]]
    id = "buyer_activation_rate"
    meaning = "Share of buyer signups with a first purchase within 14 days."
    effective_from = 2024-03-01
    numerator = "count(accounts) where days_to_first_order <= 14"
    denominator = "count(accounts)"
    share = true
    maturity_days = 14

    [[metric]]
    id = "buyer_activation_rate"
    label = "Activation, buyers"
    effective_from = 2024-06-01
    """
    house, first, second = read_definitions(written(tmp_path, text)).versions("buyer_activation_rate")
    assert house.metric is METRICS["buyer_activation_rate"]
    assert (first.metric.unit, first.metric.side, first.metric.window) == (Unit.RATE, "buyer", "14 days")
    assert (first.metric.maturity_days, first.metric.needs) == (14, ("orders",))
    assert first.metric.formula == parse_formula(
        "(count(accounts) where side = 'buyer' and days_to_first_order <= 14 after 14 days)"
        " / (count(accounts) where side = 'buyer' after 14 days) as share"
    )
    assert replace(second.metric, label=first.metric.label, version=2) == first.metric
    assert [(v.metric.version, v.effective_from) for v in (first, second)] == [
        (2, date(2024, 3, 1)),
        (3, date(2024, 6, 1)),
    ]


def test_a_quotient_of_two_sums_of_one_fact_gets_the_account_clustered_interval(tmp_path: Path) -> None:
    metric = read_definitions(written(tmp_path, OWN)).metric("off_platform_order")
    assert getattr(metric.formula, "cluster", None) == "account"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('unit = "money"->unit = "count"',
         'metric[0] (off_platform_order).unit = "count": the formula gives money / count: money would fit'),
        ("count(orders)->sum(orders.value)",
         'metric[0] (off_platform_order).unit = "money": the formula gives a number: rate or ratio or index would fit'),
        ("count(orders)->count(orders) + sum(orders.value)",
         ('metric[0] (off_platform_order).formula: count(orders) is count, sum(orders.value) is money:'
         " they cannot be added")),
        ('side = "each"->side = "own"',
         'metric[0] (off_platform_order).side = "own": a row of orders has two parties: each would fit'),
        ("count(orders)->count_distinct(orders.account)",
         ('metric[0] (off_platform_order).side = "each": count_distinct(orders.account): in a quotient the total would'
         ' mix both parties; let the metric have side = "split"')),
        ("on_platform = false->segment = 'large'",
         ('metric[0] (off_platform_order).side = "each": sum(orders.value) where segment = \'large\': segment differs'
         " between the two parties, so that a total would count an order twice; name a side in it, or let the metric"
         ' have side = "split" (per side only)')),
        ('denominator = "count(orders)"->denominator = "count(bookings)"\nshare = true',
         ("metric[0] (off_platform_order).formula: sum(orders.value) where on_platform = false is not seen to be part"
         " of count(bookings): their fact differs; leave out the share")),
        ('better = "down"->better = "down"\ndimensions = ["colour"]',
         ("metric[0] (off_platform_order).dimensions = ['colour']: 'colour' is not a split that all its facts know;"
         " allowed: category, region, channel, segment, deal_size")),
        ('better = "down"->better = "down"\nneeds = ["invoices"]',
         "metric[0] (off_platform_order).needs = ['invoices']: 'invoices' is not a table; allowed: "),
        ('id = "off_platform_order"->id = "category"', 'metric[0].id = "category": is a word of the command line'),
        ('id = "off_platform_order"->id = "Off platform"', 'metric[0].id = "Off platform": must be 1 to 63 lower-case'),
        ('better = "down"->better = "fewer"', "metric[0].better = \"fewer\": should be 'up', 'down' or 'neither'"),
        ('meaning = "->meanning = "', 'metric[0].meanning = "Value off the platform per completed order.": unknown'),
        ('denominator = "->formula = "', 'metric[0] (off_platform_order).formula = "count(orders)": write either'),
        ('unit = "money"->unit = "money"\nscale = nan', "metric[0] (off_platform_order).scale = nan: must be a number"),
        ('unit = "money"->unit = "money"\nscale = inf', "metric[0] (off_platform_order).scale = inf: must be a number"),
        ('unit = "money"->unit = "money"\nscale = 1e13',
         ("metric[0] (off_platform_order).scale = 10000000000000.0: must be a number above 0, up to 1,000,")),
        ("count(orders)->count(orders) after 30 days",
         ("metric[0] (off_platform_order).formula: `count(orders) after 30 days` and"
          " `sum(orders.value) where on_platform = false` are not of rows of one age: write the same `after`")),
        ("count(orders)->sum(orders.value) ^ 0.0001",
         'metric[0] (off_platform_order).unit = "money": the formula gives money ^ 0.9999: no unit would fit'),
        ("count(orders)->" + "count(orders) + " * 400 + "count(orders)",
         f'metric[0] (off_platform_order).denominator = "{("count(orders) + " * 8)[:116]}...: has 6,413 characters'),
        ('unit = "money"->', "metric[0] (off_platform_order).unit: missing: a metric that nobody defined before"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_what_would_do(tmp_path: Path, change: str, said: str) -> None:
    old, _, new = change.partition("->")
    assert old in OWN
    assert mistakes(tmp_path, OWN.replace(old, new))[0].startswith(said)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("(count(orders) where category = 'x' - count(orders)) ^ 0.5", "a negative number has no power 0.5"),
        ("(((((count(orders) ^ 4) ^ 4) ^ 4) ^ 4) ^ 4) ^ 4", "the number is too large to be told"),
        (
            "(((((count(orders) ^ 4) ^ 4) ^ 4) ^ 4) ^ 4) / count(orders) times 1e12",
            "the number is too large to be told",
        ),
    ],
)
def test_a_formula_without_a_number_is_empty_and_says_why(
    tmp_path: Path, market: Market, formula: str, said: str
) -> None:
    text = f'[[metric]]\nid = "odd"\nmeaning = "m"\nunit = "index"\nside = "each"\nformula = "{formula}"\n'
    orders = [order(f"b{i}", "s1", "2024-01-10", 1_00, category="y") for i in range(9)]
    orders.append(order("b1", "s1", "2024-02-10", 1_00, category="x"))
    store = replace(market(orders=orders), dictionary=read_definitions(written(tmp_path, text)))
    first, second = ask(store, Query(metrics=("odd",), grain=Grain.MONTH))
    assert (first.value, first.status, first.reason) == (None, Status.NO_DENOMINATOR, said)
    assert second.value is not None


def test_every_mistake_of_every_metric_is_named_at_once(tmp_path: Path) -> None:
    text = (
        OWN.replace("orders.value", "orders.valu").replace('better = "down"', 'better = "fewer"')
        + '\n[[metric]]\nid = "gmv"\nmeaning = "x"\nformula = "sum(orders.value) on nowhere"\n\n[other]\n'
    )
    said = mistakes(tmp_path, text)
    assert [line.split(" = ")[0].split(":")[0] for line in said] == [
        "other",
        "metric[0].better",
        "metric[0] (off_platform_order).numerator",
        "metric[1] (gmv).formula",
        "metric[1] (gmv).effective_from",
    ]
    assert "at 12: 'valu' is not a column of orders; allowed: value, " in said[2]
    assert said[4].endswith(
        "missing: gmv@1 is defined already; say from which day this one holds,"
        " or restate = true to tell all history by it"
    )


def test_versions_stand_in_the_order_of_their_days(tmp_path: Path) -> None:
    again = '\n[[metric]]\nid = "off_platform_order"\nlabel = "again"\neffective_from = 2024-01-01\n'
    said = mistakes(tmp_path, OWN.replace("better", "effective_from = 2024-05-01\nbetter") + again)
    assert said == [
        (
            "metric[1] (off_platform_order).effective_from = 2024-01-01: must be after 2024-05-01, the day of"
            " off_platform_order@1"
        )
    ]


def test_a_funnel_keeps_the_order_of_days_of_each_metric_it_makes(tmp_path: Path) -> None:
    own = """
    [[metric]]
    id = "fast_path_conversion"
    meaning = "Orders."
    unit = "rate"
    side = "buyer"
    effective_from = 2024-09-01
    formula = "count(orders) / count(orders) as share"
    """
    written(tmp_path, own)
    funnel = FAST.replace("side =", "effective_from = 2024-05-01\nside =")
    (tmp_path / "agreement" / "funnels.toml").write_text(funnel, encoding="utf-8")
    with pytest.raises(AgreementError) as refused:
        read_dictionary(tmp_path)
    (problem,) = refused.value.problems
    assert problem.allowed == "must be after 2024-09-01, the day of fast_path_conversion@1"


def test_a_retention_cannot_give_a_metric_another_unit_or_side(tmp_path: Path) -> None:
    written(tmp_path, "")
    text = KEPT.replace('"searching_again"', '"gmv"') + "restate = true\n"
    (tmp_path / "agreement" / "funnels.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AgreementError) as refused:
        read_dictionary(tmp_path)
    assert [(problem.key, problem.allowed) for problem in refused.value.problems] == [
        ("retention[0] (gmv).id", f"gmv has {said} in every version; another {key} needs an id of its own")
        for key, said in (("unit", "unit 'money'"), ("side", "side 'each'"))
    ]


def test_text_that_looks_like_sql_is_a_label_or_a_mistake(tmp_path: Path, market: Market) -> None:
    bad = "x'; DROP TABLE fact_orders; --"
    said = mistakes(tmp_path, OWN.replace('"count(orders)"', f"\"count(orders) where channel = '{bad}'\""))
    assert said[0].startswith("metric[0] (off_platform_order).denominator")
    quoted = OWN.replace('"count(orders)"', "\"count(orders) where channel = 'x''; DROP TABLE fact_orders; --'\"")
    quoted = quoted.replace("Off-platform order", bad)
    written(tmp_path, quoted)
    orders = [order("b1", "s1", "2024-01-10", 100_00, on_platform=False, channel=c) for c in ("web", bad)]
    store = replace(market(orders=orders), dictionary=read_dictionary(tmp_path))
    (value,) = ask(store, Query(metrics=("off_platform_order",)))
    assert (value.value, value.n) == (200.0, 1)
    assert store.engine.row("SELECT count(*) FROM fact_orders") == (2,)


def test_the_examples_of_the_page_are_read(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "agreement-metrics.md"
    examples = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    (funnel,) = [example for example in examples if example.startswith("[[funnel]]")]
    (split,) = [example for example in examples if example.startswith("[commission]")]
    metrics = "\n".join(example for example in examples if example not in (funnel, split))
    written(tmp_path, metrics)
    (tmp_path / "agreement" / "funnels.toml").write_text(funnel, encoding="utf-8")
    dictionary = read_dictionary(tmp_path)
    own = ["off_platform_order", "buyer_activation_rate", "fast_path_reached", "fast_path_conversion"]
    assert list(dictionary.agreed) == own
    assert dictionary.held("buyer_activation_rate")[1].first == date(2024, 3, 1)
    written(tmp_path, f"{split}\n{metrics}")
    assert "70%" in read_dictionary(tmp_path).held("ltv")[-1].metric.meaning


@pytest.mark.parametrize("label", ["$w0", "{x}", "%s", "\\", "?", ":x", "it's", "/* c", "$$", "$1", "--", "E'\\n'"])
def test_a_text_is_only_ever_compared(market: Market, label: str) -> None:
    orders = [order("b1", "s1", "2024-01-10", 1_00, channel=channel, category="x") for channel in (label, "web")]
    quoted = label.replace("'", "''")
    odd = replace(
        METRICS["orders"], id="odd", formula=parse_formula(f"count(orders) where channel in ('{quoted}', '')")
    )
    store = replace(market(orders=orders), dictionary=Dictionary({"odd": (Version(metric=odd),)}))
    (value,) = ask(store, Query(metrics=("odd",), where=(("category", ("x",)),)))
    assert value.value == 1


def test_a_file_that_is_no_list_of_metrics_says_how_one_begins(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "metric = 3")[0] == "metric = 3: must be tables, each begun with [[metric]]"
    assert mistakes(tmp_path, "metric = [")[0].startswith("TOML: cannot be read")
