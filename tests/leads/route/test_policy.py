"""The file that teams sign: the one in the documentation is read and works, and every mistake is told at once."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.leads.route.desks import MONDAY, Daily

from bothsides.agreement import AgreementError
from bothsides.leads.route import (
    Member,
    Pool,
    RoutingPolicy,
    RoutingState,
    Rule,
    Territory,
    To,
    compile_routing,
    load_routing,
    problems,
    route,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "routing.md"


@pytest.fixture
def signed(tmp_path: Path) -> RoutingPolicy:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    path = tmp_path / "routing.toml"
    path.write_text(example, encoding="utf-8")
    return load_routing(path).policy


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"side": "buyer", "deal_size": 72000, "country": "UK"}, {"grace"}),
        ({"side": "buyer", "deal_size": 800, "country": "UK", "postcode": "EC1A 1BB"}, {"grace"}),
        ({"side": "buyer", "deal_size": 800, "country": "UK", "postcode": "M1 1AE"}, {"tom", "uma"}),
        ({"side": "supplier", "employees": 12}, {"lena"}),
        ({"side": "buyer", "deal_size": 800, "country": "AT"}, {"alpenhandel", "rheintrade"}),
        ({"side": "buyer", "deal_size": 800, "country": "DE", "source": "fair", "language": "de"}, {"uma"}),
        ({"side": "buyer", "deal_size": 800, "country": "FR", "account_owner": "lena"}, {"lena"}),
        ({"band": "nurture", "account_owner": "lena"}, {None}),
        ({"side": "buyer", "cell_suppliers": 1}, {None}),
    ],
)
def test_the_example_of_the_documentation_works(
    signed: RoutingPolicy, fields: dict[str, object], expected: set[str | None]
) -> None:
    compiled, state = compile_routing(signed, {"london": Daily(), "berlin": Daily()}), RoutingState()
    september = MONDAY + 100 * 86400 + 10 * 3600
    assert {route(compiled, fields, f"l{at}", state, september).owner for at in range(3)} == expected


def test_every_mistake_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "routing.toml"
    path.write_text(
        """
        seed = "s"
        time_zone = "Moon/Base"
        holdout_share = 5
        [[member]]
        id = "ana"
        weight = 50
        day_cap = 0
        wieght = 2
        [[rule]]
        name = "r"
        to = "pol"
        when = { deal_size = ">= many" }
        """,
        encoding="utf-8",
    )
    with pytest.raises(AgreementError) as told:
        load_routing(path)
    text = str(told.value)
    for key in ("time_zone", "holdout_share", "member[0].weight", "day_cap", "wieght", "rule[0].to", "rule[0].when"):
        assert key in text
    assert "did you mean 'weight'" in text


def test_what_cannot_stand_together_is_named() -> None:
    early = date(2026, 1, 9)
    policy = RoutingPolicy(
        seed="s",
        grade_weights={"gold": 3},
        member=(
            Member(id="ana", manager="nina", grade="lead", territories=("mars",)),
            Member(id="ana", active_from=date(2026, 2, 1), active_until=date(2026, 1, 1)),
        ),
        pool=(
            Pool(name="a", members=("ana", "ben"), team="x", weights={"zoe": 2}, when_all_full="manager"),
            Pool(name="b", role="pilot"),
        ),
        territory=(
            Territory(name="t", countries=("UK",), pool="c", member="ben"),
            Territory(name="u", countries=("uk",)),
            Territory(name="v"),
        ),
        rule=(
            Rule(name="r1", to=To.POOL),
            Rule(name="r2", to=To.POOL, target="c"),
            Rule(name="r3", to=To.NURTURE, target="a"),
            Rule(name="r4", to=To.PARTNER, target="a"),
            Rule(name="r5", to=To.OWNER, target="ben", effective_from=date(2026, 2, 1), effective_until=early),
        ),
    )
    told = "\n".join(problems(policy))
    for part in (
        "member 'ana' is declared 2 times",
        "manager 'nina' is not one of ana",
        "grade 'lead' is not one of gold",
        "territory 'mars'",
        "active_until 2026-01-01 is before",
        "both members and team",
        "member 'ben' is not one of ana",
        "weight of 'zoe'",
        "no manager is named",
        "pool 'b': has no members",
        "pool 'c' is not one of a, b",
        "both pool and member",
        "both have 'uk'",
        "'v': names no countries",
        "rule 'r1': to = 'pool' needs target = a pool",
        "rule 'r2': target 'c'",
        "takes no target",
        "ana of pool 'a' are not partners",
        "rule 'r5': target 'ben'",
        "effective_until 2026-01-09 is before effective_from",
        "rule 'r1' takes every lead",
    ):
        assert part in told
    with pytest.raises(ValueError, match="declared 2 times"):
        compile_routing(policy, {})
