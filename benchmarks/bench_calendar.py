"""Deadlines and elapsed time in working hours: how many a CPU-second, and whether they equal a count of minutes.

The oracle walks the wall clock minute by minute over random calendars with split shifts, nights, holidays, half days,
leave and changes of summer time; it is that of tests/schema/working_time.
"""

import argparse
import random
import sys
from pathlib import Path

import harness
import numpy as np

sys.path.insert(0, str(harness.FOLDER.parent))

from tests.schema.working_time.minute_oracle import Case, questions, random_case

from bothsides.schema.working_time import Calendar, WorkingTime, working_time

BAR = 500_000
YEARS = (2024, 2028)
SPLIT = Calendar(
    name="split shifts",
    zone="Europe/Berlin",
    week={"monday to friday": ("08:00-12:00", "13:00-17:00"), "saturday": ("09:00-12:00",)},
    holidays=("DE-BY",),
)


def wrong_answers(case: Case, seed: int, count: int) -> tuple[int, int]:
    """Questions asked of one calendar, and how many of its answers, one by one or many at once, are wrong."""
    hours = working_time(case.calendar, 2025, 2025, leave=case.leave)
    asked = questions(case, seed, count)
    starts, ends, seconds = (np.array(each) for each in zip(*asked, strict=True))
    elapsed, due = hours.elapsed_each(starts, ends), hours.deadlines(starts, seconds)
    told = wrong = 0
    for place, (start, end, more) in enumerate(asked):
        true = case.deadline(start, more)
        if true is None:  # beyond the weeks that were counted
            continue
        told += 1
        wrong += (
            not hours.elapsed(start, end) == int(elapsed[place]) == case.elapsed(start, end)
            or not hours.deadline(start, more) == int(due[place]) == true
            or hours.is_open(start) != bool(case.open[(start - case.begins) // 60])
        )
    return told, wrong


def equality(cases: int, calendars: int, days: int) -> tuple[list[str], bool]:
    """Ask until so many questions have been answered."""
    told = wrong = seed = 0
    while told < cases:
        case = random_case(1000 + seed, days=days)
        more, missed = wrong_answers(case, seed, -(-cases // calendars))
        told, wrong, seed = told + more, wrong + missed, seed + 1
    verdict = "met" if wrong == 0 else "MISSED"
    line = (
        f"- {told:,} random cases over {seed} calendars against the count of minutes: {wrong} differ, bar 0: {verdict}"
    )
    return [line], wrong == 0


def rates(hours: WorkingTime, count: int) -> dict[str, float]:
    """Answers per CPU-second of each kind."""
    draw = random.Random(7)
    begins, ends = hours.deadline(1_704_067_200, 1), 1_830_000_000
    starts = [draw.randrange(begins, ends) for _ in range(count)]
    seconds = [draw.randrange(60, 80 * 3600) for _ in range(count)]
    later = [start + draw.randrange(30 * 86400) for start in starts]
    many, more, after = (np.array(each) for each in (starts, seconds, later))
    found = {}

    def timed(name: str, work: object, rounds: int = 1) -> None:
        assert callable(work)
        work()
        begun = harness.cpu_seconds()
        for _ in range(rounds):
            work()
        found[name] = rounds * count / (harness.cpu_seconds() - begun)

    timed("deadlines, one by one", lambda: [hours.deadline(s, n) for s, n in zip(starts, seconds, strict=True)])
    spans = list(zip(starts, later, strict=True))
    timed("elapsed times of up to 30 days, one by one", lambda: [hours.elapsed(s, e) for s, e in spans])
    timed("deadlines, many at once", lambda: hours.deadlines(many, more), 5)
    timed("elapsed times, many at once", lambda: hours.elapsed_each(many, after), 5)
    return found


def main() -> int:
    """Measure, write the section. 1 where a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few cases, and no verdict on speed")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    lines, equal = equality(*((60, 2, 15) if words.smoke else (10_000, 60, 45)))
    begun = harness.cpu_seconds()
    hours = working_time(SPLIT, *YEARS)
    laid_out = harness.cpu_seconds() - begun
    found = rates(hours, 20_000 if words.smoke else 400_000)
    for name, rate in found.items():
        judged = "" if words.smoke else f", bar {BAR:,}: {'met' if rate >= BAR else 'MISSED'}"
        lines.append(f"- {name}: {rate:,.0f} per CPU-s{judged}")
    span = f"{YEARS[0]} to {YEARS[1]}"
    lines.append(f"- laying out {span} with split shifts and the holidays of Bavaria: {laid_out:.3f} CPU-s")
    lines.append(
        "- peers, measured before on the same kind of machine: Odoo 670-710 deadlines and 560-860 elapsed times per "
        "CPU-s (it does more per call); Frappe CRM 130,000 deadlines, wrong on closed days"
    )
    harness.write_section("Bench: working time", lines, results=words.results)
    return 0 if equal and (words.smoke or min(found.values()) >= BAR) else 1


if __name__ == "__main__":
    sys.exit(main())
