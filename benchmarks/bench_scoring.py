"""Scores, priorities and the weekly audit lead by lead: microseconds of CPU each, and whether reasons sum to scores.

Each lead is scored alone, as over HTTP: nothing is shared but the compiled card.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import harness

from bothsides.leads.hygiene import HygienePolicy, Member, Record, Required, Surroundings, audit, compile_hygiene
from bothsides.leads.quality import (
    CellFacts,
    Counted,
    Fallback,
    MarketFacts,
    QualityPolicy,
    compile_quality,
    priority,
)
from bothsides.leads.score import (
    Card,
    CompiledCard,
    Event,
    Group,
    Hot,
    Rule,
    Thresholds,
    compiled,
    next_change,
    score,
)
from bothsides.schema import Money, Side
from bothsides.schema.instant import DAY

BAR = 20.0
"""Microseconds of CPU for a score with ten rules that all hold and five events."""
LINEAR_BAR = 1.2
NOW = 1_800_000_000
KINDS = ("demo_requested", "quote_requested", "pricing_viewed", "verification_viewed", "logistics_viewed")
REGIONS = ("north", "south", "east", "west")
SOURCES = ("organic", "Google Ads", "referral", "Select", "carrier pigeon")

Lead = tuple[dict[str, object], list[Event]]


def card() -> CompiledCard:
    """Ten rules, one of them over two events, in four groups; one hot sign."""
    fit = (
        Group(
            id="company",
            most=45,
            rule=(
                Rule(code="large", says="large", points=20, when={"employees": ">= 250"}),
                Rule(code="order", says="large order", points=25, when={"deal_size": ">= 50000"}),
                Rule(code="near", says="near", points=5, when={"region": ["north", "south"]}),
            ),
        ),
        Group(id="person", rule=(Rule(code="buys", says="buys", points=15, when={"job_title": "contains procure"}),)),
    )
    asked = Group(
        id="asked",
        rule=(
            Rule(code="demo", says="demo", points=30, event=KINDS[0], loses_a_month=0.5, repeatable=True, most_times=2),
            Rule(code="quote", says="quote", points=20, event=KINDS[1], half_life_days=21),
        ),
    )
    looked = Group(
        id="looked",
        most=25,
        rule=(
            Rule(code="pricing", says="pricing", points=5, event=KINDS[2], within_days=30),
            Rule(code="verification", says="verification", points=6, event=KINDS[3], within_days=60),
            Rule(code="logistics", says="logistics", points=6, event=KINDS[4], within_days=60),
            Rule(
                code="serious",
                says="serious",
                points=18,
                events={KINDS[3]: 1, KINDS[4]: 1},
                within_days=60,
                instead_of=("verification", "logistics"),
            ),
        ),
    )
    ready = Hot(code="ready", says="ready", events={KINDS[0]: 2, KINDS[1]: 1}, within_days=30, does="sales")
    return compiled(
        Card(
            id="bench",
            side=Side.BUYER,
            fit=fit,
            fit_most=60,
            engagement=(asked, looked),
            engagement_most=60,
            hot=(ready,),
            thresholds=Thresholds(sales_from=60, self_serve_from=30, hysteresis=5),
        )
    )


def full_lead() -> Lead:
    """A lead on which all ten rules hold."""
    fields = {"employees": 300, "deal_size": 72_000, "region": "south", "job_title": "Head of Procurement"}
    return dict(fields), [(kind, NOW - (place + 3) * DAY - 7, 1.0) for place, kind in enumerate(KINDS)]


def leads(n: int, seed: str) -> list[Lead]:
    """Leads of every kind, the same for the same seed."""
    found = []
    for number in range(n):
        bits = hashlib.sha256(f"{seed} {number}".encode()).digest()
        fields: dict[str, object] = {
            "employees": bits[0] * 2,
            "deal_size": bits[1] * 400,
            "region": REGIONS[bits[2] % 4],
            "job_title": ("Head of Procurement", "Owner", "Engineer")[bits[3] % 3],
        }
        events = [(KINDS[bits[8 + place] % 5], NOW - bits[16 + place] * 12 * 3600, 1.0) for place in range(bits[4] % 6)]
        found.append((fields, events))
    return found


def microseconds(work: Callable[[], object], times: int, rounds: int) -> float:
    """The least CPU of the rounds, for one of so many."""
    least = float("inf")
    for _ in range(rounds):
        start = harness.cpu_seconds()
        for _ in range(times):
            work()
        least = min(least, (harness.cpu_seconds() - start) / times * 1e6)
    return least


def run_scores(n: int, rounds: int, seed: str) -> None:
    """Scores of one full lead, of a mixture, and when they change next."""
    ready, (fields, events) = card(), full_lead()
    now = score(ready, fields, events, NOW)
    if len(now.lines) != 10:
        raise RuntimeError(f"{len(now.lines)} of 10 rules hold")
    mixed = leads(n, seed)
    few = mixed[: max(n // 100, 1)]
    scores = [score(ready, *lead, NOW) for lead in mixed[:5000]]

    def each(of: list[Lead]) -> None:
        for lead_fields, lead_events in of:
            score(ready, lead_fields, lead_events, NOW)

    def soon(banded: bool) -> float:
        few_scores = list(zip(scores[:500], mixed, strict=False))

        def work() -> None:
            for one, (lead_fields, lead_events) in few_scores:
                next_change(one, lead_fields, lead_events, banded=banded)

        return microseconds(work, 1, rounds) / len(few_scores)

    harness.say(
        full=microseconds(lambda: score(ready, fields, events, NOW), max(n // 20, 50), rounds),
        mixed=microseconds(lambda: each(mixed), 1, rounds) / n,
        few=microseconds(lambda: each(few), 10, rounds) / len(few),
        reasons=microseconds(lambda: now.reasons, max(n // 100, 20), rounds),
        points_move=soon(banded=False),
        band_moves=soon(banded=True),
        told=len(scores),
        wrong=sum(sum(reason.points for reason in one.reasons) != one.points for one in scores),
    )


def run_quality(n: int, rounds: int) -> None:
    """Priorities over 400 cells, cells not yet seen included."""
    cells = tuple(
        CellFacts(
            category=f"c{number}",
            region=region,
            snapshot="s",
            suppliers=number % 9,
            filled=Counted(came=number % 40, of=50),
            unmet_a_month=number % 12,
        )
        for number in range(100)
        for region in REGIONS
    )
    market = MarketFacts(
        snapshot="s",
        currency="EUR",
        whole=CellFacts(
            category="",
            region="",
            snapshot="s",
            filled=Counted(came=7000, of=20_000),
            contribution_per_order=Money(minor=6000, currency="EUR"),
        ),
        cells=cells,
    )
    policy = QualityPolicy(fallback=Fallback(contribution_per_order=60, own_contribution=400))
    asked = [(f"c{number % 103}", REGIONS[number % 4], (number % 97) / 97) for number in range(n)]

    def work() -> object:
        ready = compile_quality(policy, market)
        return [
            priority(ready, side=Side.BUYER, category=category, region=region, win_chance=chance)
            for category, region, chance in asked
        ]

    harness.say(each=microseconds(work, 1, rounds) / n)


def run_audit(n: int, rounds: int, seed: str) -> None:
    """The weekly audit."""
    policy = HygienePolicy(
        sources={"paid_search": ("google ads",)},
        stale_after_days={"mql": 7},
        required=(Required(fields=("company", "email"), why="x"),),
        references={"account_id": "account"},
    )
    members = tuple(Member(owner=f"o{number}", team=f"t{number % 3}") for number in range(8))
    around = Surroundings(roster=members, known_ids={"account": {str(number) for number in range(n)}})
    ready = compile_hygiene(policy, around)
    records = []
    for number in range(n):
        bits = hashlib.sha256(f"{seed} {number}".encode()).digest()
        fields = {
            "stage": "mql",
            "owner": f"o{bits[0] % 9}",
            "company": ("Acme", "test", "")[bits[1] % 3],
            "email": "a@b.example",
            "source": SOURCES[bits[2] % 5],
            "account_id": str(number * 2),
            "created_at": NOW - bits[3] * DAY,
        }
        records.append(Record(record_id=f"{number:08d}", fields=fields, stage_since=NOW - bits[4] % 14 * DAY))
    harness.say(each=microseconds(lambda: audit(ready, records, NOW), 1, rounds) / n)


def report(parts: Sequence[harness.Run], n: int, results: Path) -> int:
    """Write the section of RESULTS.md."""
    scores, quality, hygiene = (part.said for part in parts)
    growth = scores["mixed"] / scores["few"]
    rows = {
        "score, ten rules that all hold, five events": scores["full"],
        f"score, {n:,} leads of every kind": scores["mixed"],
        "its reasons in words, ten rules": scores["reasons"],
        "when decay moves its points next": scores["points_move"],
        "when decay moves its band next": scores["band_moves"],
        "priority in money, 400 cells": quality["each"],
        "audit of a record, seven checks": hygiene["each"],
    }
    harness.write_section(
        "Scoring",
        [
            "Each lead alone, one process, the least CPU of the rounds.",
            "",
            "| | microseconds |",
            "|---|---|",
            *(f"| {name} | {value:.1f} |" for name, value in rows.items()),
            "",
            f"- Score of the full lead: {harness.verdict(scores['full'], BAR, ' microseconds')}",
            f"- A lead among {n:,} against one among {max(n // 100, 1):,}: {harness.verdict(growth, LINEAR_BAR, 'x')}",
            f"- Scores whose reasons do not sum to them: {scores['wrong']} of {scores['told']:,}",
        ],
        results=results,
    )
    return 1 if scores["wrong"] else 0


def main() -> int:
    """Measure each part in a fresh process, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=("scores", "quality", "audit"), help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part == "scores":
        run_scores(words.leads, words.rounds, words.seed)
    elif words.part == "quality":
        run_quality(words.leads, words.rounds)
    elif words.part == "audit":
        run_audit(words.leads, words.rounds, words.seed)
    else:
        common = ["--leads", str(words.leads), "--rounds", str(words.rounds), "--seed", words.seed]
        parts = [harness.run_self(__file__, "--part", part, *common) for part in ("scores", "quality", "audit")]
        return report(parts, words.leads, words.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
