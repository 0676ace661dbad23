"""A colleague who gets a lead has the time to touch it: by the numbers that are signed, and by the desk itself."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.leads.desk.conftest import EXAMPLE, Desk, at

from bothsides.agreement import AgreementError
from bothsides.leads.decay import DecayPolicy, DecayRule, compile_decay
from bothsides.leads.desk.agreed import read_agreement
from bothsides.leads.desk.drafting import draft
from bothsides.leads.desk.draining import drain_pool, waiting_pools
from bothsides.leads.desk.hand_overs import problems
from bothsides.leads.desk.happenings import Touched
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.sla.policy import Act, Clause, ClockKind, Counted, Party, Sla, SlaPolicy, Step
from bothsides.logbook import Logbook
from bothsides.workspace import Settings, Workspace


def sla(*steps: Step, when: dict[str, object] | None = None, hours: float = 8) -> Sla:
    clause = Clause(
        name="first touch", clock=ClockKind.FIRST_TOUCH, hours=hours, owed_by=Party.SALES, owed_to=Party.MARKETING,
        ladder=steps,
    )  # fmt: skip
    return Sla(policy=(SlaPolicy(name="all", when=when or {}, clause=(clause,)),))  # type: ignore[arg-type]  # plain values


def decay(hours: float, **more: object) -> DecayPolicy:
    rule = DecayRule(name="everybody", untouched_hours=hours, counted_in="working_hours", **more)  # type: ignore[arg-type]  # fields by name
    return DecayPolicy(rule=(rule,))


REASSIGN = Step(act=Act.REASSIGN, after_hours=8)


@pytest.mark.parametrize(
    ("untouched", "said"),
    [(16, "has it for no time"), (17, "has it for 1 h"), (12, "never has it"), (18, None), (40, None)],
)
def test_a_hand_over_leaves_what_the_clause_gives_from_its_warning_on(untouched: float, said: str | None) -> None:
    found = problems(sla(REASSIGN), decay(untouched))
    assert len(found) == (said is not None)
    if said is not None:
        assert said in found[0]
        assert "clause 'first touch', step reassign" in found[0]
        assert "rule 'everybody'" in found[0]


def test_steps_of_a_ladder_are_takings_too() -> None:
    back = Step(act=Act.BACK_TO_MARKETING, after_hours=8.5)
    (found,) = problems(sla(REASSIGN, back), decay(100))
    assert "has it for 0.5 h" in found
    assert problems(sla(REASSIGN, replace(back, after_hours=12)), decay(100)) == ()


def test_leads_that_another_rule_keeps_and_hours_that_cannot_be_compared_are_no_problem() -> None:
    kept = DecayRule(name="large", when={"side": "buyer", "deal_size": ">= 50000"}, decays=False)
    policy = replace(decay(16), rule=(kept, *decay(16).rule))
    assert problems(sla(REASSIGN, when={"side": "buyer", "deal_size": ">= 50000"}), policy) == ()
    assert len(problems(sla(REASSIGN, when={"side": "buyer"}), policy)) == 1
    suppliers = DecayRule(name="s", when={"side": "supplier"}, untouched_hours=16, counted_in="working_hours")
    assert problems(sla(REASSIGN, when={"side": "buyer"}), DecayPolicy(rule=(suppliers,))) == ()
    assert problems(sla(REASSIGN), DecayPolicy()) == (), "48 hours by the wall clock"
    walls = sla(Step(act=Act.REASSIGN, after_hours=47), hours=1)
    clause = replace(walls.policy[0].clause[0], counted=Counted.WALL_CLOCK)
    assert len(problems(Sla(policy=(replace(walls.policy[0], clause=(clause,)),)), DecayPolicy())) == 1


@pytest.mark.parametrize(
    ("of_policy", "of_rule", "meet"),
    [
        ({"segment": "smb"}, {"segment": "enterprise"}, False),
        ({"side": ["buyer"]}, {"side": "supplier"}, False),
        ({"region": ["EU", "UK"]}, {"region": ["US", "apac"]}, False),
        ({"region": ["EU", "UK"]}, {"region": ["us", "uk"]}, True),
        ({"segment": "smb", "region": "EU"}, {"side": "buyer", "segment": "enterprise"}, False),
        ({"segment": "!= enterprise"}, {"segment": "Enterprise"}, False),
        ({"employees": 40}, {"employees": ">= 50"}, False),
        ({"employees": 60}, {"employees": ">= 50"}, True),
        ({"segment": "smb"}, {"region": "EU"}, True),
        ({"job_title": "contains buyer"}, {"job_title": "contains head"}, True),
    ],
)
def test_rules_that_no_lead_passes_both_of_never_meet(
    of_policy: dict[str, object], of_rule: dict[str, object], meet: bool
) -> None:
    (taking,) = decay(16).rule
    rules = DecayPolicy(rule=(replace(taking, when=of_rule), replace(taking, name="others", untouched_hours=80)))  # type: ignore[arg-type]  # plain values
    assert bool(problems(sla(REASSIGN, when=of_policy), rules)) == meet


def test_a_rule_that_every_lead_of_the_policy_passes_keeps_the_rules_below_it_out() -> None:
    (taking,) = decay(16).rule
    kept = replace(taking, name="kept", when={"side": ["buyer", "supplier"]}, decays=False)
    assert problems(sla(REASSIGN, when={"side": ["buyer"]}), DecayPolicy(rule=(kept, taking))) == ()


def test_it_is_named_when_the_files_are_read(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    read_agreement(workspace)
    path = workspace.agreement_dir / "decay.toml"
    path.write_text(path.read_text().replace("untouched_hours = 16", "untouched_hours = 14"), encoding="utf-8")
    with pytest.raises(AgreementError, match=r"policy 'buyers': clause 'first_touch', step reassign hands the lead"):
        read_agreement(workspace)


@pytest.fixture
def drafted(logbook: Logbook, tmp_path: Path) -> Desk:
    workspace = Workspace.create(tmp_path / "new", Settings(name="new", currency="GBP", time_zone="UTC"))
    draft(workspace, members=("ana.ruiz", "tom.hadley"))
    now = at("03-31T10:00")  # a Tuesday
    return Desk(agreed=open_desk(workspace, logbook, now=now), logbook=logbook, now=now)


@pytest.mark.parametrize("weekday", ["03-31", "04-01", "04-02", "04-03"])
def test_under_the_drafted_agreement_a_colleague_has_the_lead_for_two_working_hours(
    drafted: Desk, weekday: str
) -> None:
    desk = drafted
    desk.now = at(f"{weekday}T10:00")
    lead = desk.take_one(deal_size=80_000).lead_id
    first = desk.row(lead)["owner"]
    assert first is not None
    for quarter in range(1, 4 * 24 * 7):
        desk.until(at(f"{weekday}T10:00") + quarter * 900)
    moves = [
        (line.kind.value, line.data.get("owner"), line.at)
        for line in desk.history(lead)
        if line.kind.value in ("assigned", "released")
    ]
    (_, _, _), (given, second, since), (_, loser, until) = moves
    assert given == "assigned"
    assert second == loser != first
    assert desk.agreed.hours("office").elapsed(since, until) >= 2 * 3600
    assert desk.row(lead)["stage"] == "recycled"


def test_whoever_gets_a_lead_a_moment_before_it_decays_has_it_for_an_hour(desk: Desk) -> None:
    clause = desk.agreed.slas[desk.agreed.versions["sla"]].policy[1].clause[0]
    assert (clause.hours, clause.grace_hours) == (8, 24), "so that the breach is written when the lead decays"
    rule = DecayRule(name="r", untouched_hours=16.25, counted_in="working_hours")
    desk.agreed = replace(desk.agreed, decay=compile_decay(DecayPolicy(rule=(rule,))))
    lead = desk.take_one().lead_id
    first = desk.row(lead)["owner"]
    for quarter in range(1, 4 * 24 * 4):
        desk.until(at("03-31T09:00") + quarter * 900)
    lines = desk.history(lead)
    (again,) = [line for line in lines if line.kind == "assigned" and line.data["owner"] != first]
    (gone,) = [line for line in lines if line.kind == "stage_changed" and line.data["stage"] == "recycled"]
    assert gone.at - again.at == 3600


def test_a_lead_whose_decay_is_due_is_not_handed_over_first(desk: Desk) -> None:
    rule = DecayRule(name="r", untouched_hours=15.75, counted_in="working_hours")
    desk.agreed = replace(desk.agreed, decay=compile_decay(DecayPolicy(rule=(rule,))))
    lead = desk.take_one().lead_id
    for quarter in range(1, 4 * 24 * 4):
        desk.until(at("03-31T09:00") + quarter * 900)
    assert desk.kinds(lead).count("assigned") == 1
    acts = [line.data["act"] for line in desk.history(lead) if line.kind == "escalated"]
    assert acts == ["remind_owner", "notify_manager", "notify_manager"]
    assert desk.row(lead)["stage"] == "recycled"


def test_whoever_gets_an_untouched_lead_owes_a_first_touch_of_their_own_and_the_missed_one_stays_missed(
    drafted: Desk,
) -> None:
    desk = drafted
    lead = desk.take_one(deal_size=80_000).lead_id
    first = desk.row(lead)["owner"]
    for quarter in range(1, 4 * 31):
        desk.until(at("03-31T10:00") + quarter * 900)
    second = desk.row(lead)["owner"]
    assert second not in (None, first)
    (given,) = desk.rows("SELECT assigned_at FROM leads WHERE lead_id = ?", lead)[0]
    call = Touched(
        touch_id="t", lead_id=lead, kind="call", direction="out", occurred_at=given + 1800, by=second
    )  # fmt: skip
    desk.now = given + 1800
    desk.record(call)
    clocks = desk.rows(
        "SELECT owner, status, due_at - started_at FROM clocks WHERE subject = ? AND kind = 'first_touch'"
        " ORDER BY started_at",
        lead,
    )
    assert [status for _, status, _ in clocks] == ["breached", "met"]
    breach = next(line for line in desk.history(lead) if line.kind == "breached")
    assert breach.data["owner"] == first
    desk.until(given + 14 * 86400)
    assert desk.kinds(lead).count("assigned") == 2


def test_silent_owners_pass_a_lead_on_as_often_as_agreed(drafted: Desk) -> None:
    desk = drafted
    rule = DecayRule(name="r", decays=False)
    desk.agreed = replace(desk.agreed, decay=compile_decay(DecayPolicy(rule=(rule,))))
    lead = desk.take_one(deal_size=80_000).lead_id
    for hour in range(1, 24 * 14):
        desk.until(at("03-31T10:00") + hour * 3600)
    assert desk.kinds(lead).count("assigned") == 2
    acts = [line.data["act"] for line in desk.history(lead) if line.kind == "escalated"]
    assert acts.count("reassign") == 1
    assert acts.count("notify_manager") >= 2


def silent_for(hours: float, *, then: str = "reassign") -> DecayPolicy:
    rule = DecayRule(
        name="r", untouched_hours=40, counted_in="working_hours", silent_hours=hours, silent_then=then,
    )  # type: ignore[arg-type]  # one of the two words  # fmt: skip
    return DecayPolicy(rule=(rule,))


def first_touches(desk: Desk, lead: str) -> list[tuple[str, str]]:
    found = desk.rows(
        "SELECT owner, status FROM clocks WHERE subject = ? AND kind = 'first_touch' ORDER BY started_at", lead
    )
    return [(owner, status) for owner, status in found]


@pytest.mark.parametrize("then", ["reassign", "queue"])
def test_a_promise_that_is_not_due_yet_passes_to_the_new_owner_and_is_missed_once(desk: Desk, then: str) -> None:
    desk.agreed = replace(desk.agreed, decay=compile_decay(silent_for(2, then=then)))
    lead = desk.take_one().lead_id
    first = desk.row(lead)["owner"]
    desk.until(at("03-31T11:00"))
    with desk.logbook.writing() as book:
        for pool in waiting_pools(book, desk.agreed):
            drain_pool(book, desk.agreed, pool, now=desk.now)
    second = desk.row(lead)["owner"]
    assert second not in (None, first)
    assert first_touches(desk, lead) == [(second, "running")]
    desk.until(at("04-03T16:00"))
    breaches = [line for line in desk.history(lead) if line.kind == "breached" and line.data["clause"] == "first_touch"]
    assert [line.data["owner"] for line in breaches] == [second]


def test_what_was_missed_before_the_hand_over_stays_with_whoever_missed_it_though_written_after(desk: Desk) -> None:
    desk.agreed = replace(desk.agreed, decay=compile_decay(silent_for(9)))
    lead = desk.take_one().lead_id
    first = desk.row(lead)["owner"]
    desk.until(at("04-01T11:00"))
    second = desk.row(lead)["owner"]
    assert second not in (None, first)
    assert [status for _, status in first_touches(desk, lead)] == ["at_risk", "running"], "the grace of 24 h runs"
    desk.until(at("04-02T15:00"))
    (breach,) = [line for line in desk.history(lead) if line.kind == "breached"]
    assert breach.data["owner"] == first
