"""The SLA as a file that teams sign: which policy holds, what every mistake is answered with, the shipped clauses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError, load_policy
from bothsides.leads.sla.policy import (
    DEFAULT_CALENDAR,
    DEFAULT_SLA,
    Clause,
    ClockKind,
    Party,
    Sla,
    SlaPolicy,
    compile_sla,
)
from bothsides.leads.sla.problems import problems
from bothsides.schema.instant import instant
from bothsides.schema.working_time import Calendars
from bothsides.schema.working_time import problems as calendar_problems

DOCS = Path(__file__).resolve().parents[3] / "docs"
CLAUSE = 'clause = [{ name = "x", clock = "first_touch", hours = 8, owed_by = "sales", owed_to = "marketing" }]'


def load(folder: Path, text: str) -> Sla:
    path = folder / "sla.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, Sla).policy


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


NOW = at("2026-07-27 10:00")


def test_the_shipped_clauses_are_sound_and_name_what_each_side_is_owed() -> None:
    sla, calendars = load_policy(DEFAULT_SLA, Sla).policy, load_policy(DEFAULT_CALENDAR, Calendars).policy
    assert calendar_problems(calendars) == ()
    assert problems(sla, {calendar.name for calendar in calendars.calendar}) == ()
    buyers, suppliers, others = sla.policy
    assert (buyers.when, suppliers.when, others.when) == ({"side": "buyer"}, {"side": "supplier"}, {})
    both = {clause.clock for policy in (buyers, suppliers) for clause in policy.clause}
    assert both == set(ClockKind)
    owed = {(clause.owed_by, clause.owed_to) for policy in sla.policy for clause in policy.clause}
    assert (Party.SALES, Party.MARKETING) in owed
    assert (Party.SALES, Party.CUSTOMER_SUCCESS) in owed
    assert (Party.SUPPLIER, Party.BUYER) in owed
    assert (Party.MARKETPLACE, Party.SUPPLIER) in owed
    hours = {policy.name: {clause.name: clause.hours for clause in policy.clause} for policy in sla.policy}
    assert hours["suppliers"]["verdict"] > hours["buyers"]["verdict"], "the longer cycle of suppliers"


def test_the_first_policy_that_matches_holds_and_the_default_is_last_wherever_it_stands() -> None:
    default = SlaPolicy(name="all others")
    large = SlaPolicy(name="large", when={"side": "buyer", "deal_size": ">= 50000"})
    buyers = SlaPolicy(name="buyers", when={"side": "buyer"})
    for order in ((default, large, buyers), (large, default, buyers), (large, buyers, default)):
        compiled = compile_sla(Sla(policy=order))
        assert compiled.ready[-1].policy is default
        assert compiled.choose({"side": "buyer", "deal_size": 60000}, NOW) is large
        assert compiled.choose({"side": "buyer", "deal_size": 6}, NOW) is buyers
        assert compiled.choose({"side": "supplier"}, NOW) is default
    assert compiled.why({"side": "buyer"}, NOW) == (
        ("large", "deal_size is unknown, wanted >= 50000"),
        ("buyers", "holds"),
    )


def test_a_policy_holds_on_its_days_both_included(tmp_path: Path) -> None:
    text = (
        f'[[policy]]\nname = "to July"\neffective_until = 2026-07-31\n{CLAUSE}\n'
        f'[[policy]]\nname = "from August"\neffective_from = 2026-08-01\n{CLAUSE}\n'
    )
    sla = load(tmp_path, text)
    assert problems(sla, {"office"}) == ()
    compiled = compile_sla(sla)
    for moment, name in (("2026-07-31 23:59", "to July"), ("2026-08-01 00:00", "from August")):
        policy = compiled.choose({}, at(moment))
        assert policy is not None
        assert policy.name == name
    assert compiled.why({}, at("2026-08-01 00:00"))[0][1] == "holds from ever until 2026-07-31"


def test_no_policy_no_clock() -> None:
    compiled = compile_sla(Sla(policy=(SlaPolicy(name="buyers", when={"side": "buyer"}),)))
    assert compiled.choose({"side": "supplier"}, NOW) is None
    assert compiled.started_by("assigned", {"side": "supplier"}, NOW) == (None, ())


def test_each_trigger_starts_the_clocks_of_its_kinds() -> None:
    compiled = compile_sla(load_policy(DEFAULT_SLA, Sla).policy)

    def names(trigger: str, side: str) -> list[str]:
        return [clause.name for clause in compiled.started_by(trigger, {"side": side}, NOW)[1]]

    assert names("assigned", "buyer") == ["first touch", "attempts", "verdict"]
    assert names("message_received", "buyer") == ["answer"]
    assert names("handed_over", "supplier") == ["welcome", "first listing"]
    assert names("rfq_sent", "buyer") == ["answer to a request"]
    assert names("listing_submitted", "supplier") == ["listing approval"]
    assert names("assigned", "") == ["first touch"]
    assert names("nothing", "buyer") == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("hours = 8", "hours = 0", "must be a number above 0"),
        ("hours = 8", "hours = 8, warn_at = 1.0", "above 0 and below 1"),
        ("hours = 8", "hours = 8, grace_hours = -1", "0 or more"),
        ('"first_touch"', '"first_tuch"', "'first_touch'"),
        ('owed_by = "sales"', 'owed_by = "the sales"', "'customer_success'"),
        ("hours = 8", 'hours = 8, ladder = [{ act = "shout" }]', "'remind_owner'"),
        ("hours = 8", "hours = 8, warns_at = 0.5", "did you mean 'warn_at'?"),
    ],
)
def test_each_mistake_names_what_is_allowed(tmp_path: Path, was: str, now: str, said: str) -> None:
    with pytest.raises(AgreementError) as raised:
        load(tmp_path, f'[[policy]]\nname = "all"\n{CLAUSE.replace(was, now)}\n')
    assert said in str(raised.value)
    assert "policy[0].clause[0]" in str(raised.value)


def test_every_problem_between_fields_at_once(tmp_path: Path) -> None:
    text = f"""
[[policy]]
name = "all"
{CLAUSE}
[[policy]]
name = "buyers"
when = {{ side = "buyer" }}
effective_from = 2026-02-01
effective_until = 2026-01-01
[[policy]]
name = "buyers"
when = {{ side = "buyer" }}
effective_from = 2026-03-01
effective_until = 2025-01-01
[[policy.clause]]
name = "a"
clock = "attempts"
owed_by = "sales"
owed_to = "sales"
hours = 90000
calendar = "offce"
until = ["won"]
ladder = [
  {{ act = "back_to_marketing", after_hours = 9 }},
  {{ act = "reassign", after_hours = 8 }},
]
[[policy.clause]]
name = "a"
clock = "disposition"
owed_by = "sales"
owed_to = "marketing"
hours = 8
attempts = 2
"""
    said = problems(load(tmp_path, text), {"office"})
    for part in (
        "'buyers' is named twice",
        "'buyers' stands below the default 'all'",
        "'buyers' never holds: 'buyers' above it",
        "effective_until 2026-01-01 is before effective_from 2026-02-01",
        "'buyers' has no clause",
        "clause 'a' stands twice",
        "calendar 'offce' is unknown; calendar.toml has office",
        "attempts = 0: say how many",
        "attempts = 2: only a clock 'attempts'",
        "waits for no stage; those that do: handover",
        "a promise needs two parties",
        "from a second to five years",
        "steps go from early to late",
        "stands after back_to_marketing",
    ):
        assert any(part in problem for problem in said), part
    assert problems(Sla(policy=(SlaPolicy(name="x", when={"side": "buyer"}),)), ()) == (
        "no policy is without `when`: a lead that matches none has no clock; end the file with a default",
        "policy 'x' has no clause, so nobody owes anything under it; add one, or take the policy out",
    )


def example(page: str) -> str:
    """The whole commented example of a page: its longest block of TOML."""
    blocks = (DOCS / page).read_text(encoding="utf-8").split("```toml\n")[1:]
    return max((block.split("```")[0] for block in blocks), key=len)


def test_the_examples_of_the_pages_can_be_signed_as_they_stand(tmp_path: Path) -> None:
    sla = load(tmp_path, example("sla.md"))
    path = tmp_path / "calendar.toml"
    path.write_text(example("working-time.md"), encoding="utf-8")
    calendars = load_policy(path, Calendars).policy
    assert calendar_problems(calendars) == ()
    assert problems(sla, {calendar.name for calendar in calendars.calendar}) == ()
    assert len(sla.policy) >= 3


def test_a_clause_names_the_stages_it_waits_for() -> None:
    clause = Clause(name="x", clock=ClockKind.FULFILMENT, hours=1, owed_by=Party.SUPPLIER, owed_to=Party.BUYER)
    assert clause.stages == ("fulfilled",)
