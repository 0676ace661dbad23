"""The example agreement: every file is read without a mistake, and every rule in it decides about some lead."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bothsides.agreement.versions import load_signed
from bothsides.delivery.policy import DeliveryPolicy
from bothsides.delivery.policy import problems as delivery_problems
from bothsides.goals.policy import GoalsPolicy
from bothsides.goals.policy import problems as goals_problems
from bothsides.identity import Match, Party, compile_matching, match_all, normalise
from bothsides.identity.policy import MatchingPolicy
from bothsides.identity.policy import problems as matching_problems
from bothsides.leads.decay.policy import DecayPolicy
from bothsides.leads.decay.policy import problems as decay_problems
from bothsides.leads.hygiene import HygienePolicy
from bothsides.leads.hygiene import problems as hygiene_problems
from bothsides.leads.hygiene.policy import worded
from bothsides.leads.intake import IntakePolicy, Lead, parse_json, read_lead
from bothsides.leads.intake import problems as intake_problems
from bothsides.leads.quality.policy import QualityPolicy
from bothsides.leads.quality.policy import problems as quality_problems
from bothsides.leads.route import RoutingPolicy, RoutingState, compile_routing, route
from bothsides.leads.route import problems as routing_problems
from bothsides.leads.score import ScoringPolicy, compile_card, score
from bothsides.leads.score import problems as scoring_problems
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.commitment_terms import problems as commitments_problems
from bothsides.leads.sla.policy import Sla, compile_sla
from bothsides.leads.sla.problems import problems as sla_problems
from bothsides.leads.teams.reasons import NONE_RAISED, Kind, ReasonsPolicy
from bothsides.leads.teams.reasons import problems as reasons_problems
from bothsides.schema import Side
from bothsides.schema.working_time import Calendars, WorkingTime, leave_of, working_time
from bothsides.schema.working_time import problems as calendar_problems
from bothsides.simulate.desk import ENVELOPES, LAYOUTS, Quarter, QuarterLead, quarter, reaction
from bothsides.simulate.desk.arrivals import CAMPAIGN_WEEKS
from bothsides.simulate.desk.hours import BLOCKS
from bothsides.simulate.desk.layouts import CHANNEL_WORDS
from bothsides.simulate.desk.lead import NO_VALUE

FOLDER = Path(__file__).parents[2] / "examples" / "desk-agreement"
ZONE = "Europe/London"
Scored = list[tuple[QuarterLead, Any]]
SECTIONS: dict[str, tuple[type[Any], Callable[[Any], tuple[object, ...]]]] = {
    "calendar": (Calendars, calendar_problems),
    "commitments": (CommitmentsPolicy, commitments_problems),
    "decay": (DecayPolicy, decay_problems),
    "delivery": (DeliveryPolicy, delivery_problems),
    "goals": (GoalsPolicy, goals_problems),
    "hygiene": (HygienePolicy, hygiene_problems),
    "intake": (IntakePolicy, intake_problems),
    "matching": (MatchingPolicy, matching_problems),
    "quality": (QualityPolicy, quality_problems),
    "reasons": (ReasonsPolicy, reasons_problems),
    "routing": (RoutingPolicy, routing_problems),
    "scoring": (ScoringPolicy, scoring_problems),
    "sla": (Sla, lambda policy: sla_problems(policy, [one.name for one in agreed("calendar").calendar])),
}


def agreed(section: str) -> Any:
    policy_type, problems = SECTIONS[section]
    policy = load_signed(FOLDER / f"{section}.toml", policy_type, time_zone=ZONE).policy
    assert problems(policy) == ()
    return policy


@pytest.fixture(scope="module")
def spring() -> Quarter:
    return quarter(7)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_file_is_read_without_a_mistake_and_signed(section: str) -> None:
    agreed(section)
    signed = load_signed(FOLDER / f"{section}.toml", SECTIONS[section][0], time_zone=ZONE)
    assert signed.signature is not None
    assert signed.signature.since == date(2026, 3, 30)
    assert len(signed.signature.by) >= 2


def test_every_file_of_the_folder_is_one_of_these_and_named_on_its_page() -> None:
    files = {path.stem for path in FOLDER.glob("*.toml")}
    assert files == set(SECTIONS)
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.toml)" in page for name in files)


def test_every_record_of_the_quarter_is_read_as_it_was_sent(spring: Quarter) -> None:
    policy, said = agreed("intake"), {lead.lead: lead for lead in spring.leads}
    read, refused = 0, Counter[str]()
    for raw, lead, at, source in _records(spring):
        got = read_lead(raw, policy.named(source), workspace="fixwell", now=at, ahead=policy.clock_ahead_seconds)
        if lead is None:
            continue
        if not isinstance(got, Lead):
            assert "side" not in said[lead].fields, got.reasons
            refused[got.reasons[0].partition(":")[0]] += 1
            continue
        read += 1
        assert got.side.value == said[lead].fields["side"]
        told = [name for name in LAYOUTS[source] if name not in ("side", "source", "company")]
        # What people type where they have nothing to say is kept beside the field.
        kept = {name: got.fields.get(name, got.fields.get(f"given_{name}")) for name in told}
        assert kept == {name: said[lead].fields.get(name) for name in kept}
    assert read > 650
    assert refused.keys() == {"side"}


def _records(spring: Quarter) -> Iterator[tuple[object, str | None, int, str]]:
    for one in spring.deliveries:
        if one.content_type == "text/csv":
            rows = csv.DictReader(io.StringIO(one.body.removeprefix("\ufeff")), delimiter=";", restval="")
            for row, lead in zip(rows, one.leads, strict=True):
                yield row, lead, one.received_at, one.source
        elif one.trouble is None:
            yield parse_json(one.body.encode()), one.leads[0], one.received_at, one.source


def test_the_names_of_each_system_are_those_it_uses() -> None:
    for source in agreed("intake").source:
        theirs = {**LAYOUTS[source.name], **ENVELOPES[source.name]}
        assert source.rename == {name: ours for ours, name in theirs.items() if name != ours}


@pytest.fixture(scope="module")
def scored(spring: Quarter) -> Scored:
    policy = agreed("scoring")
    cards = {side: compile_card(policy, side) for side in Side}
    return [
        (lead, score(cards[lead.side], lead.fields, lead.happened, lead.arrived_at + 7 * 86_400))
        for lead in spring.leads
    ]


def test_every_scoring_rule_and_sign_applies_to_some_lead(scored: Scored) -> None:
    said = {(lead.side, one.code) for lead, got in scored for one in got.reasons}
    hot = {(lead.side, sign.hot.code) for lead, got in scored for sign in got.hot}
    for card in agreed("scoring").card:
        codes = {rule.code for group in (*card.fit, *card.engagement) for rule in group.rule}
        assert {(card.side, code) for code in codes} <= said
        assert {(card.side, sign.code) for sign in card.hot} <= hot


def test_the_bands_tell_good_leads_from_others(scored: Scored) -> None:
    for side in Side:
        chance: dict[str, list[float]] = {}
        for lead, got in scored:
            if lead.side is side and not lead.prize_draw:
                chance.setdefault(got.band.value, []).append(lead.win_probability)
        mean = {band: sum(found) / len(found) for band, found in chance.items()}
        assert mean["sales"] > 1.5 * mean["self_serve"] > 1.5 * 1.3 * mean["nurture"]


def test_marketing_can_keep_its_word_but_in_the_slow_month(spring: Quarter, scored: Scored) -> None:
    target = {(goal.side, goal.period): goal.target for goal in agreed("goals").goal if goal.metric == "mqls"}
    brought = Counter[tuple[Side, str]]()
    for lead, got in scored:
        if got.band.value == "sales" and not lead.prize_draw:
            month = 4 + (lead.arrived_at - spring.opens_at - 2 * 86_400) // (30.4 * 86_400)
            brought[lead.side, f"2026-{int(month):02}"] += 1
    assert brought[Side.BUYER, "2026-04"] > 0.9 * target[Side.BUYER, "2026-04"]
    assert brought[Side.BUYER, "2026-06"] < 0.75 * target[Side.BUYER, "2026-06"]
    assert brought[Side.SUPPLIER, "2026-06"] < 0.75 * target[Side.SUPPLIER, "2026-06"]


def test_the_prize_draw_has_the_points_and_not_the_quality(scored: Scored) -> None:
    draw = [(lead, got) for lead, got in scored if lead.prize_draw]
    assert sum(got.band.value == "sales" for _, got in draw) > len(draw) / 3
    assert max(lead.win_probability for lead, _ in draw) < 0.1


def test_sales_calls_the_leads_unqualified_when_the_prize_draw_runs(spring: Quarter, scored: Scored) -> None:
    terms = agreed("reasons").escalation
    opens = spring.opens_at + CAMPAIGN_WEEKS[0] * 7 * 86_400
    answers: dict[bool, list[bool]] = {True: [], False: []}
    for lead, got in scored:
        after = reaction(spring, lead, "amara.osei", lead.arrived_at, lead.arrived_at + 2 * 86_400)
        if got.band.value == "sales" and after.disposition is not None and lead.arrived_at < opens + 14 * 86_400:
            answers[lead.arrived_at >= opens].append(not after.disposition.accepted)
    share = {during: sum(rejected) / len(rejected) for during, rejected in answers.items()}
    assert len(answers[True]) >= terms.least_answered
    assert share[False] < terms.reject_share < share[True]


def test_matching_finds_the_companies_of_the_books_and_no_others(spring: Quarter) -> None:
    """Branches share a domain with their parent, so they may be taken for one another, but never for a stranger."""
    group = {row.organization_id: row.parent_id or row.organization_id for row in spring.accounts}
    of_company = {row.company: group[row.organization_id] for row in spring.accounts}
    right = wrong = missed = 0
    for lead, got in zip(spring.leads, _matched(spring), strict=True):
        expected = of_company.get(lead.company.number)
        if got.outcome == "match":
            right += group[got.organization_id or ""] == expected
            wrong += group[got.organization_id or ""] != expected
        else:
            missed += expected is not None
    assert wrong == 0
    assert right > 100
    assert missed < 0.05 * right


def _matched(spring: Quarter) -> list[Match]:
    books = {
        row.account_id: normalise(
            Party(
                party_id=row.account_id,
                kind="account",
                sides=(row.side,),
                company=row.name,
                phone=row.phone,
                website=row.domain,
                country=row.country,
                organization_id=row.organization_id,
                parent_id=row.parent_id,
                owner_id=row.owner,
            )
        )
        for row in spring.accounts
    }
    told = ("company", "name", "email", "phone", "website", "country")
    leads = [
        normalise(
            Party(
                party_id=lead.lead,
                kind="lead",
                sides=(lead.side,),
                **{field: str(lead.fields[field]) for field in told if field in lead.fields},
            )
        )
        for lead in spring.leads
    ]
    return list(match_all(leads, books, compile_matching(agreed("matching"))))


def _calendars() -> dict[str, WorkingTime]:
    calendars: Calendars = agreed("calendar")
    named = {one.name: one for one in calendars.calendar}
    found = {name: working_time(one, 2025, 2027) for name, one in named.items()}
    for member in agreed("routing").member:
        if leave := leave_of(calendars, member.id):
            found[member.id] = working_time(named[member.calendar], 2025, 2027, leave=leave)
    return found


def test_every_routing_rule_and_person_gets_leads_and_nobody_who_is_away(spring: Quarter, scored: Scored) -> None:
    policy = agreed("routing")
    compiled, state = compile_routing(policy, _calendars()), RoutingState()
    rules, owners = Counter[str | None](), Counter[str | None]()
    owner_of = {account.account_id: account.owner for account in spring.accounts}
    for lead, got in scored:
        fields = {**lead.fields, "band": got.band.value, "account_owner": owner_of.get(lead.account_id or "")}
        decision = route(compiled, fields, lead.lead, state, lead.arrived_at)
        rules[decision.rule] += 1
        owners[decision.owner] += 1
        state.loads.clear()
        if decision.owner is not None and decision.known_by is None:
            rep = spring.reps[decision.owner]
            day = (lead.arrived_at - spring.opens_at) // 86_400
            assert rep.away is None or not 0 <= day - (rep.away[0] - spring.start).days < 14
            assert rep.left_on is None or day <= (rep.left_on - spring.start).days
    assert {rule.name for rule in policy.rule} <= set(rules)
    people = {member.id for member in policy.member if member.team != "customer_success"}
    assert people <= set(owners)
    assert {member.id for member in policy.member} == set(spring.reps)


def test_every_policy_of_the_sla_holds_for_some_lead(spring: Quarter) -> None:
    compiled = compile_sla(agreed("sla"))
    chosen = Counter(
        policy.name
        for lead in spring.leads
        for policy in [compiled.choose(lead.fields, lead.arrived_at)]
        if policy is not None
    )
    assert {policy.name for policy in agreed("sla").policy} == set(chosen)


def test_commitments_name_clocks_that_the_sla_has() -> None:
    sla, commitments = agreed("sla"), agreed("commitments")
    for _, service in commitments.services:
        promised = [
            clause
            for policy in sla.policy
            if policy.when.get("side") == service.side.value
            for clause in policy.clause
            if clause.clock.value == service.clock.value
        ]
        assert promised, service.name


def test_every_word_of_a_system_for_a_channel_is_known() -> None:
    policy: HygienePolicy = agreed("hygiene")
    meant = {worded(word): standard for standard, words in policy.sources.items() for word in (standard, *words)}
    for channel, words in CHANNEL_WORDS.items():
        for word in words:
            assert meant.get(worded(word), worded(word)) == channel
    null = set(policy.nulls.words)
    assert all(word.lower() in null for word in NO_VALUE)


def test_people_answer_in_the_codes_that_were_agreed(spring: Quarter) -> None:
    policy: ReasonsPolicy = agreed("reasons")
    for lead in spring.leads:
        after = reaction(spring, lead, "amara.osei", lead.arrived_at, lead.arrived_at + 86_400)
        if after.disposition is not None and after.disposition.reason is not None:
            assert after.disposition.reason in policy.allowed(Kind.REJECT, lead.side)
        if after.close is not None:
            kind = Kind.WIN if after.close.won else Kind.LOSS
            assert after.close.reason in policy.allowed(kind, lead.side)
            assert set(after.close.objections) <= {*policy.allowed(Kind.OBJECTION, lead.side), NONE_RAISED}
            assert set(after.close.questions) <= set(policy.allowed(Kind.QUESTION, lead.side))


def test_people_of_the_quarter_work_the_hours_that_were_agreed(spring: Quarter) -> None:
    written = tuple(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in BLOCKS)
    calendars = {one.name: one for one in agreed("calendar").calendar}
    laid_out = _calendars()
    for member in agreed("routing").member:
        assert calendars[member.calendar].week == {"monday to friday": written}
        hours = laid_out.get(member.id, laid_out[member.calendar])
        rep = spring.reps[member.id]
        for moment in range(spring.opens_at, spring.closes_at, 2 * 3600 + 60):
            if rep.left_on is None or moment < spring.opens_at + 60 * 86_400:
                assert rep.hours.inside(moment) == hours.is_open(moment), (member.id, moment)
