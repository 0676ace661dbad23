"""What a routing decision costs, alone, in batches and claimed by workers, and how far from fair it ever is.

Ten rules, eight members in two pools that overlap, working hours with leave, caps, 5 % holdout; the leads are made
from a seed. No database: what a claim costs in one is another benchmark's matter.
"""

import argparse
import random
import sys
from collections import Counter, deque
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import harness

from bothsides.leads.decay import DecayPolicy, DecayRule, LeadRound, compile_decay, decay_due, decide_decay
from bothsides.leads.route import (
    CompiledRouting,
    Member,
    Pool,
    RoutingPolicy,
    RoutingState,
    Rule,
    To,
    Waiting,
    assign_batch,
    claim,
    compile_routing,
    route,
)
from bothsides.schema.instant import HOUR
from bothsides.schema.stage import LeadStage
from bothsides.schema.working_time import OFFICE, Leave, working_time

DECISION_BAR, LINEAR_BAR, CLAIM_BAR = 20.0, 1.2, 10_000
START = 1_784_887_200
"""2026-07-24, a Friday, 10:00 UTC."""
SMALL = 1000


def policy(holdout: float = 0.05) -> RoutingPolicy:
    """Two pools that overlap, ten rules of which most leads pass only the last two."""
    members = tuple(
        Member(id=f"rep{at}", calendar="office", weight=1 + at % 3, open_cap=10**9, day_cap=10**9) for at in range(8)
    )
    names = [member.id for member in members]
    rules = [
        Rule(name=f"campaign {at}", when={"side": "buyer", "campaign": f"fair-{at}"}, to=To.NURTURE) for at in range(5)
    ]
    return RoutingPolicy(
        seed="bench",
        holdout_share=holdout,
        member=members,
        pool=(Pool(name="west", members=tuple(names[:5])), Pool(name="east", members=tuple(names[3:]))),
        rule=(
            Rule(name="cold", when={"band": "nurture"}, to=To.NURTURE),
            *rules,
            Rule(name="none supplied", when={"side": "buyer", "cell_suppliers": "< 3"}, to=To.SUPPLY_RECRUIT),
            Rule(name="large", when={"deal_size": ">= 500000"}, to=To.POOL, target="west"),
            Rule(name="west", when={"region": ["north", "west"]}, to=To.POOL, target="west"),
            Rule(name="rest", to=To.POOL, target="east"),
        ),
    )


def compiled(holdout: float = 0.05) -> CompiledRouting:
    """The policy with real working hours, of which one member has leave."""
    leave = Leave(who="rep7", first_day=date(2026, 8, 3), last_day=date(2026, 8, 14))
    hours = {
        "office": working_time(OFFICE, 2026, 2026),
        "rep7": working_time(OFFICE, 2026, 2026, leave=(leave,)),
    }
    return compile_routing(policy(holdout), hours)


def leads(count: int) -> Iterable[Waiting]:
    """Leads with the fields that rules ask for, of mixed priority."""
    draws = random.Random(7)
    for at in range(count):
        fields: dict[str, object] = {
            "side": draws.choice(("buyer", "buyer", "supplier")),
            "campaign": f"fair-{draws.randrange(40)}",
            "region": draws.choice(("north", "west", "east", "south")),
            "deal_size": round(draws.lognormvariate(9, 1.5)),
            "cell_suppliers": draws.randrange(3, 90),
            "band": draws.choice(("sales", "sales", "sales", "nurture")),
        }
        yield Waiting(
            lead_id=f"{draws.getrandbits(128):032x}", priority=draws.random(), since=START + at, fields=fields
        )


def run_decisions(count: int) -> None:
    """Microseconds of CPU a decision, one after the other, each at its own second of working hours."""
    routing, state, waiting = compiled(), RoutingState(), list(leads(count))
    begin = harness.cpu_seconds()
    for at, lead in enumerate(waiting):
        route(routing, lead.fields, lead.lead_id, state, START + at % (6 * HOUR))
    harness.say(micros=(harness.cpu_seconds() - begin) / count * 1e6)


def run_batch(count: int) -> None:
    """Microseconds of CPU a lead of one batch in order of priority; small batches are repeated to the same number."""
    routing, waiting = compiled(), list(leads(count))
    rounds = max(1, 20 * SMALL // count)
    begin = harness.cpu_seconds()
    for _ in range(rounds):
        deque(assign_batch(routing, waiting, RoutingState(), START), maxlen=0)
    harness.say(micros=(harness.cpu_seconds() - begin) / count / rounds * 1e6)


def run_claims(count: int) -> None:
    """Leads of one pool claimed in batches of 50, the decision alone."""
    routing, state = compiled(), RoutingState()
    names = [lead.lead_id for lead in leads(count)]
    begin = harness.cpu_seconds()
    for at in range(0, count, 50):
        claim(routing, "east", names[at : at + 50], state, START)
    harness.say(rate=count / (harness.cpu_seconds() - begin))


def run_fairness(count: int) -> None:
    """The largest distance of a member's number from the exact share after any lead, without and with holdout."""
    said: dict[str, Any] = {}
    for name, share in (("exact", 0.0), ("held", 0.05)):
        routing, state = compiled(share), RoutingState()
        pools = {pool.name: {seat.id: seat.weight for seat in pool.seats} for pool in routing.pools.values()}
        given = {pool: Counter[str]() for pool in pools}
        worst = 0.0
        for lead in leads(count):
            decision = route(routing, lead.fields, lead.lead_id, state, START)
            if decision.owner is None or decision.pool is None:
                continue
            mine, weights = given[decision.pool], pools[decision.pool]
            mine[decision.owner] += 1
            total, whole = mine.total(), sum(weights.values())
            worst = max(worst, *(abs(mine[who] - total * weight / whole) for who, weight in weights.items()))
        said[name] = worst
    harness.say(**said)


def run_decay(count: int) -> None:
    """Microseconds of CPU to find a lead's due moment and to decide it, in working hours, three rules."""
    rules = (
        DecayRule(name="large", when={"deal_size": ">= 500000"}, decays=False),
        DecayRule(name="suppliers", when={"side": "supplier"}, untouched_hours=40, counted_in="working_hours"),
        DecayRule(name="rest", silent_hours=8, counted_in="working_hours"),
    )
    policy_, office = compile_decay(DecayPolicy(rule=rules)), working_time(OFFICE, 2026, 2026)
    rounds = [
        LeadRound(
            lead_id=lead.lead_id,
            stage=LeadStage.MQL,
            fields=lead.fields,
            assigned_at=lead.since,
            owner="rep1",
            owner_since=lead.since,
        )
        for lead in leads(count)
    ]
    begin = harness.cpu_seconds()
    for one in rounds:
        decay_due(one, policy_, office)
    due = harness.cpu_seconds()
    for one in rounds:
        decide_decay(one, policy_, START + 72 * HOUR, calendar=office)
    harness.say(due=(due - begin) / count * 1e6, decide=(harness.cpu_seconds() - due) / count * 1e6)


PARTS = {
    "decisions": run_decisions,
    "batch": run_batch,
    "claims": run_claims,
    "fairness": run_fairness,
    "decay": run_decay,
}


def least(part: str, count: int, rounds: int) -> dict[str, float]:
    """The figures of a part in fresh processes, the best of several for each."""
    said = [harness.run_self(__file__, "--part", part, "--leads", str(count)).said for _ in range(rounds)]
    best = max if part == "claims" else min
    return {name: best(float(one[name]) for one in said) for name in said[0]}


def compare(count: int, rounds: int, results: Path) -> int:
    """Run every part and write the results; 1 where numbers are not fair, which no busy machine excuses."""
    decision = least("decisions", count, rounds)["micros"]
    large, small = (least("batch", size, rounds)["micros"] for size in (count, SMALL))
    rate = least("claims", count, rounds)["rate"]
    fair = least("fairness", count, 1)
    decay = least("decay", count, rounds)
    pace = harness.verdict(large / small, LINEAR_BAR, "x")
    met = "met" if rate >= CLAIM_BAR else "MISSED"
    far = harness.verdict(fair["exact"], 1, " leads")
    lines = [
        f"{count:,} leads, 10 rules, 8 members in 2 overlapping pools, working hours, caps, 5 % holdout; CPU of one",
        f"process, best of {rounds}.",
        "",
        f"- one decision with its trace: {harness.verdict(decision, DECISION_BAR, ' microseconds')}",
        f"- a batch by priority: {large:.1f} microseconds a lead; against one of {SMALL:,} ({small:.1f}): {pace}",
        f"- claimed in batches of 50, without the database: {rate:,.0f} leads a CPU-s, bar {CLAIM_BAR:,}: {met}",
        f"- furthest from the exact share, weights 1 to 3: {far}; with 5 % at random {fair['held']:.2f}",
        f"- decay: due moment {decay['due']:.1f}, decision {decay['decide']:.1f} microseconds a lead",
    ]
    harness.write_section("Routing", lines, results=results)
    return 0 if fair["exact"] < 1 else 1


def main() -> int:
    """Run the parts in fresh processes, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=tuple(PARTS), help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part:
        PARTS[words.part](words.leads)
        return 0
    return compare(words.leads, words.rounds, words.results)


if __name__ == "__main__":
    sys.exit(main())
