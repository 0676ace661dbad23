"""The language of the agreement: what it reads, what it writes, what it refuses, and that nothing else comes out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.metrics import METRICS
from bothsides.metrics.agreed import FormulaError, parse_formula, print_formula
from bothsides.metrics.agreed.columns import columns_of, facts_to_ask
from bothsides.metrics.agreed.fingerprint import formula_text, metric_fingerprint
from bothsides.metrics.agreed.shares import implies, share_mistakes
from bothsides.metrics.agreed.sides import own_side, side_mistakes
from bothsides.metrics.agreed.units import unit_mismatch, unlike_terms
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Test
from bothsides.schema import Kind, Side

FORMULAS = {m.id: m.formula for m in METRICS.values() if isinstance(m.formula, get_args(Formula))}

ORDERS = Measure(fact="orders", on="placed_on", aggregate="count")
VALUE = Measure(fact="orders", on="placed_on", aggregate="sum", column="value")


def off_platform(**more: Any) -> Measure:
    """The value of orders off the platform."""
    where = (Test("on_platform", "=", False),)
    return Measure(fact="orders", on="placed_on", aggregate="sum", column="value", where=where, **more)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("count(orders)", ORDERS),
        ("sum(orders.value) where on_platform = false", off_platform()),
        ("SUM(orders.value) WHERE side = supplier AND on_platform = FALSE after 30 days",
         off_platform(side=Side.SUPPLIER, maturity_days=30)),
        ("sum(orders.value) / count(orders)", Ratio(numerator=VALUE, denominator=ORDERS)),
        ("sum(orders.value) / count(orders) clustered by account times 0.5",
         Ratio(numerator=VALUE, denominator=ORDERS, cluster="account", scale=0.5)),
        ("(sum(orders.value) where on_platform = false) / sum(orders.value)",
         Ratio(numerator=off_platform(), denominator=VALUE)),
        ("sum(orders.value) where on_platform = false / sum(orders.value)",
         Ratio(numerator=off_platform(), denominator=VALUE)),
        ("-count(orders) + count(orders) - count(orders)", Combination(((-1, ORDERS), (1, ORDERS), (-1, ORDERS)))),
        ("count(orders) - (count(orders) - count(orders))",
         Combination(((1, ORDERS), (-1, Combination(((1, ORDERS), (-1, ORDERS))))))),
        ("count(orders) * count(orders) / count(orders)",
         Ratio(numerator=Product((ORDERS, ORDERS)), denominator=ORDERS)),
        ("(count(orders) * count(orders)) ^ 0.5", Product((ORDERS, ORDERS), 0.5)),
        ("count(leads) on mql_on where channel in ('web', 'it''s') and won_on is reached and lost_on is empty",
         Measure(fact="leads", on="mql_on", aggregate="count", where=(
             Test("channel", "in", ("web", "it's")), Test("won_on", "reached"), Test("lost_on", "null")))),
        ("count(accounts) where first_order_on >= 2024-01-31 and early_listings != -3",
         Measure(fact="accounts", on="signed_up_on", aggregate="count", where=(
             Test("first_order_on", ">=", date(2024, 1, 31)), Test("early_listings", "!=", -3)))),
        ("sum(orders.value - orders.refunded)",
         Measure(fact="orders", on="placed_on", aggregate="sum", column="(value - refunded)")),
    ],
)  # fmt: skip
def test_a_text_is_read_as_the_formula_it_says(text: str, formula: Formula) -> None:
    assert parse_formula(text) == formula


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at 1: the end stands where an aggregate is needed; allowed: sum, count, count_distinct and brackets"),
        ("avg(orders.value)", "at 1: 'avg' stands where an aggregate is needed"),
        ("sum(orders.valu)", "at 12: 'valu' is not a column of orders; allowed: value, fee"),
        ("sum(orders.account)", "at 12: 'account' is not a column of orders that can be added; allowed: value"),
        ("sum(orders)", "at 5: 'orders' needs a column: write sum(orders.COLUMN)"),
        ("count(orders.account)", "at 14: 'account' is not counted: write count(orders) for its rows"),
        ("count(order)", "at 7: 'order' is not a fact; allowed: bookings, orders, "),
        ("count(dim_accounts)", "at 7: 'dim_accounts' is not a fact"),
        ("count(orders) on place_on",
         "at 18: 'place_on' is not a date of orders; allowed: placed_on, lapsed_on; did you mean placed_on?"),
        ("count(orders) where is_test = true", "at 21: 'is_test' is not a column of orders; allowed: side, value"),
        ("count(orders) where on_platform = 1", "at 35: '1' is not what on_platform holds: write true or false"),
        ("count(orders) where channel = web", "at 31: 'web' stands where channel needs a text in 'quotes'"),
        ("count(orders) where channel < 'web'",
         "at 29: '<' cannot be asked of channel; allowed: =, !=, in, is empty, is not empty"),
        ("count(orders) where value > 100000",
         "at 29: '100000' does not fit: amounts can only be compared with 0; to tell sizes apart use deal_size"),
        ("count(orders) where value > now", "at 29: 'now' stands where value needs 0"),
        ("count(orders) where account = 7", "at 29: '=' cannot be asked of account; allowed: is empty, is not empty"),
        ("count(orders) where side != 'buyer'", "at 26: '!=' stands behind side; allowed: ="),
        ("count(orders) where side = 'seller'", "at 28: 'seller' is not a side; allowed: 'buyer', 'supplier'"),
        ("count(orders) where side = buyer and side = supplier", "at 38: 'side' is tested twice"),
        ("count(orders) where channel = 'a' or channel = 'b'", "at 35: 'or' is not known: tests are joined by `and`"),
        ("count(orders) on placed_on on placed_on", "at 28: 'on' stands twice behind one aggregate"),
        ("count(orders) after 0 days", "at 21: '0' is not a whole number of days from 1 to 3660"),
        ("count(orders) where placed_on = 2024-02-30", "at 33: '2024-02-30' stands where placed_on needs a day like"),
        ("100 * count(orders)", "at 1: '100' is a bare number: behind a quotient write `times 100`"),
        ("count(orders) count(orders)", "at 15: 'count' is not expected here"),
        ("count(orders", "at 13: the end stands where ')' is needed"),
        ("count(orders); DROP TABLE fact_orders", "at 14: ';' is no operator: a formula is one expression"),
        ("count(orders) where channel = 'x", "at 31: \"'\" begins a text that does not end"),
        ("(" * 30 + "count(orders)" + ")" * 30, "at 22: '(' is bracket 21 within brackets, at most 20"),
        ("count(orders) + " * 400 + "count(orders)", "has 6,413 characters, at most 4,000 are read"),
        ("/".join(["count(orders)"] * 22), "has 21 quotients, sums or products within each other, at most 20 are read"),
        ("count(orders) ^ 1e99", "at 17: '1e99' is no power that is taken: allowed are numbers above 0, up to 4"),
        ("count(orders) ^ 0", "at 17: '0' is no power that is taken"),
        ("count(orders) / count(orders) times 0", "at 37: '0' is no scale: allowed are numbers above 0"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_place_the_word_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse_formula(text)
    assert str(refused.value).startswith(said)


def test_the_longest_chain_that_is_read_is_read_back() -> None:
    formula = parse_formula("/".join(["count(orders) where value > 0"] * 21))
    assert parse_formula(print_formula(formula)) == formula


def test_all_unknown_names_are_named_at_once() -> None:
    with pytest.raises(FormulaError) as refused:
        parse_formula("sum(orders.valu) where chanel = 'a' / count(order) on nowhere")
    assert [(m.position, m.word) for m in refused.value.mistakes] == [(12, "valu"), (24, "chanel"), (45, "order")]


@pytest.mark.parametrize("name", FORMULAS)
def test_every_house_formula_is_written_and_read_back(name: str) -> None:
    assert parse_formula(print_formula(FORMULAS[name])) == FORMULAS[name]


@pytest.mark.parametrize("name", FORMULAS)
def test_every_house_formula_keeps_the_rules_that_people_must_keep(name: str) -> None:
    metric, formula = METRICS[name], own_side(FORMULAS[name], METRICS[name].side)
    assert unit_mismatch(formula, metric.unit) is None
    assert [*unlike_terms(formula), *side_mistakes(formula, metric.side)] == []


@pytest.mark.parametrize(
    ("own", "asked", "implied"),
    [
        (Test("responses", ">=", 3), Test("responses", "not null"), True),
        (Test("responses", ">=", 3), Test("responses", ">=", 1), True),
        (Test("responses", ">=", 1), Test("responses", ">=", 3), False),
        (Test("responses", "<=", 3), Test("responses", ">=", 1), False),
        (Test("status", "=", "won"), Test("status", "in", ("won", "lost")), True),
        (Test("status", "in", ("won", "open")), Test("status", "in", ("won", "lost")), False),
        (Test("status", "=", "won"), Test("status", "!=", "open"), True),
        (Test("status", "=", "won"), Test("kind", "=", "won"), False),
        (Test("status", "null"), Test("status", "not null"), False),
    ],
)
def test_one_test_implies_another_only_where_every_row_shows_it(own: Test, asked: Test, implied: bool) -> None:
    assert implies(own, asked) is implied


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(count(orders) where on_platform = true) / count(orders) as share", None),
        ("(count(orders) where on_platform = true) / count(bookings) as share", "their fact differs"),
        ("count(orders) / (count(orders) where on_platform = true) as share", "only what is below tests on_platform"),
        ("(count(orders) where on_platform = true) / count(orders) as share times 100", "leave out the scale"),
        ("(count(orders) - count(orders)) / count(orders) as share", "a share has one aggregate above the line"),
        ("sum(orders.value) / sum(orders.fee) clustered by account", None),
        ("sum(orders.value) / count_distinct(orders.account) clustered by account", "distinct things cannot be added"),
        ("sum(orders.value) / sum(fees.amount) clustered by account", "over one fact and one date"),
        ("sum(orders.value) / count(orders) clustered by region", "rows of orders belong to account"),
    ],
)
def test_a_quotient_says_no_more_of_itself_than_it_is(text: str, said: str | None) -> None:
    found = list(share_mistakes(parse_formula(text)))
    assert (said is None and found == []) or (said is not None and said in found[0])


def test_a_fingerprint_is_of_the_number_not_of_its_name() -> None:
    gmv, booked = METRICS["gmv"], METRICS["booked_gmv"]
    assert metric_fingerprint(gmv) != metric_fingerprint(booked)
    assert len({metric_fingerprint(metric) for metric in METRICS.values()}) == len(METRICS)
    assert all(formula_text(metric) for metric in METRICS.values())
    renamed, empty = replace(gmv, label="x"), replace(gmv, needs=("reviews",))
    assert metric_fingerprint(renamed) == metric_fingerprint(gmv) != metric_fingerprint(empty)


_WRITTEN: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20),
    Kind.BOOLEAN: st.booleans(),
    Kind.NUMBER: st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
    Kind.MONEY: st.just(0),
    Kind.DATE: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
}


@st.composite
def conditions(draw: st.DrawFn, fact: str) -> Test:
    """A test that the column's kind allows."""
    column, kind = draw(st.sampled_from(list(columns_of(fact).items())))
    states = ["null", "not null", *(["reached"] if kind is Kind.DATE else [])]
    if kind not in _WRITTEN or draw(st.booleans()):
        return Test(column, draw(st.sampled_from(states)))  # type: ignore[arg-type]
    value = _WRITTEN[kind]
    if kind in (Kind.TEXT, Kind.NUMBER, Kind.DATE) and draw(st.booleans()):
        return Test(column, "in", tuple(draw(st.lists(value, min_size=1, max_size=3))))
    plain = kind in (Kind.TEXT, Kind.BOOLEAN)
    operator = draw(st.sampled_from(["=", "!="] if plain else ["=", "!=", "<", "<=", ">", ">="]))
    return Test(column, operator, draw(value))  # type: ignore[arg-type]


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """An aggregate over a fact's declared columns."""
    fact = draw(st.sampled_from(facts_to_ask()))
    columns = columns_of(fact)
    addable = [name for name, kind in columns.items() if kind in (Kind.MONEY, Kind.NUMBER)]
    aggregate = draw(st.sampled_from(["count", "count_distinct", *(["sum"] if addable else [])]))
    column = None
    if aggregate != "count":
        column = draw(st.sampled_from(addable if aggregate == "sum" else list(columns)))
    return Measure(
        fact=fact,
        on=draw(st.sampled_from(list(FACTS[fact].dates))),
        aggregate=aggregate,  # type: ignore[arg-type]
        column=column,
        where=tuple(draw(st.lists(conditions(fact), max_size=3))),
        side=draw(st.sampled_from([None, *Side])),
        maturity_days=draw(st.sampled_from([0, 0, 1, 30, 3660])),
    )


def _composed(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    scales = st.sampled_from([1.0, 1.0, 0.5, 1e6, 1e-3])
    terms = st.lists(st.tuples(st.sampled_from([1, -1]), parts), min_size=1, max_size=3)
    return st.one_of(
        st.builds(Ratio, numerator=parts, denominator=parts, share=st.booleans(),
                  cluster=st.sampled_from([None, "account"]), scale=scales),
        st.builds(lambda signed: Combination(tuple(signed)), terms),
        st.builds(lambda factors, power: Product(tuple(factors), power),
                  st.lists(parts, min_size=2, max_size=3), st.sampled_from([1.0, 0.5, 2.0])),
    )  # fmt: skip


FORMULA_TEXTS = st.recursive(measures(), _composed, max_leaves=6)


@settings(max_examples=150, deadline=timedelta(seconds=5))
@given(FORMULA_TEXTS)
def test_any_formula_that_is_written_is_read_back_as_itself(formula: Formula) -> None:
    assert parse_formula(print_formula(formula)) == formula


_PIECES = st.sampled_from(
    "sum( count( count_distinct( orders accounts .value .account ) where and on placed_on after 30 days is not empty "
    "= != < in ( 'x' , / * + - ^ as share clustered by times 1e6 2024-01-31 true side buyer ; DROP TABLE -- \" \x00 é"
    .split(" ")
)  # fmt: skip


@settings(max_examples=300, deadline=timedelta(seconds=5))
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map(" ".join)))
def test_any_text_is_a_formula_or_refused_with_a_place(text: str) -> None:
    try:
        formula = parse_formula(text)
    except FormulaError as error:
        refused = error
    else:
        assert parse_formula(print_formula(formula)) == formula
        return
    assert refused.mistakes
    assert all(m.position is None or 1 <= m.position <= len(text) + 1 for m in refused.mistakes)
