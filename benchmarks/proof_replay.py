"""Simulated quarters worked at a desk, then replayed: under the same agreement all comes out again, under another one
what it is about moves and the rest stays. Also what a replay costs by the number of leads.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import harness

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.leads.replay import Mover, Replayed, read_proposed, replay
from bothsides.logbook import Logbook
from bothsides.schema.instant import DAY, MINUTE, Instant
from bothsides.simulate.desk import quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = harness.FOLDER.parent / "examples" / "desk-agreement"
CALENDARS = ("office", "berlin", "lisbon", "marketplace")
NAME = "Proof: replay"
MEMBER = '[[member]]\nid = "nina.holt"\nname = "Nina Holt"\nteam = "uk"\ncalendar = "office"\n\n'
WEEK = '"monday to friday" = ["09:00-12:30", "13:15-17:30"]'
SHORT = '"monday to thursday" = ["09:00-12:30", "13:15-17:30"]\n"friday" = ["09:00-12:30"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A quarter that was worked."""

    logbook: Logbook
    since: Instant
    until: Instant
    spent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A changed section, and what of the answer shows that it moved what it should and nothing else."""

    what: str
    section: str
    change: Callable[[str], str]
    moves: Callable[[Replayed], bool]
    says: str


def worked(folder: Path, seed: int, leads_per_week: int, weeks: int) -> History:
    """A quarter of that many leads at a desk of its own."""
    drawn = quarter(seed, leads_per_week=leads_per_week)
    workspace = Workspace.create(
        folder / f"{seed}-{leads_per_week}", Settings(name="fixwell", currency="GBP", time_zone="Europe/London")
    )
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    logbook = open_logbook(workspace, {}, create=True)
    until, start = drawn.opens_at + weeks * 7 * DAY, harness.cpu_seconds()
    agreed = open_desk(workspace, logbook, now=drawn.opens_at)
    rehearse(logbook, agreed, drawn, tick=15 * MINUTE, until=until)
    return History(logbook=logbook, since=drawn.opens_at, until=until, spent=harness.cpu_seconds() - start)


def tried(folder: Path, history: History, section: str, change: Callable[[str], str]) -> Replayed:
    """The history through the changed section, one draw."""
    file = folder / f"{section}.toml"
    before = (EXAMPLE / f"{section}.toml").read_text("utf-8")
    file.write_text(change(before), "utf-8")
    found = read_proposed([file], time_zone="Europe/London", calendars=CALENDARS)
    return replay(history.logbook, found.versions, since=history.since, until=history.until, draws=1)


def halved(text: str) -> str:
    """Half the hours for every first touch."""
    clause = r'(clock = "first_touch"\nowed_by = "sales"\nowed_to = "marketing"\nhours = )(\d+)'
    return re.sub(clause, lambda found: f"{found[1]}{int(found[2]) // 2}", text)


def one_more(text: str) -> str:
    """One more member of the uk team."""
    return text.replace("[[pool]]", f"{MEMBER}[[pool]]", 1).replace(
        '"callum.reid" = 2 }', '"callum.reid" = 2, "nina.holt" = 2 }'
    )


def poorer(text: str) -> str:
    """Fewer points for the two strongest signs."""
    return text.replace("points = 20", "points = 2").replace("points = 30", "points = 3")


def _of(found: Replayed, topic: str, of: str, what: str) -> tuple[float, float]:
    one = {(m.topic, m.of, m.what): (m.before or 0.0, m.after or 0.0) for m in found.measures}
    return one.get((topic, of, what), (0.0, 0.0))


def nothing(found: Replayed) -> bool:
    """No figure and no lead differs."""
    return found.moved.any == 0 and all(one.before == one.after for one in found.measures)


def _promises(found: Replayed) -> bool:
    rates = [_of(found, "promise", f"{side} first_touch", "breach rate") for side in ("buyer", "supplier")]
    stays = (found.moved.hands, found.moved.band, found.moved.merged) == (0, 0, 0)
    return stays and all(after > before for before, after in rates)


def _turns(found: Replayed) -> bool:
    before, after = _of(found, "load", "nina.holt", "given")
    return (before, found.moved.hands, found.moved.band, found.moved.clock) == (0, 0, 0, 0) and after > 0


def _bands(found: Replayed) -> bool:
    before, after = _of(found, "hands", "sales", "leads")
    return found.moved.band > 0 and after < before


def _hours(found: Replayed) -> bool:
    due = [(one.before["due_at"], one.after["due_at"]) for one in found.moved.movers if _same_owner(one)]
    later = all(isinstance(a, int) and isinstance(b, int) and a <= b for a, b in due)
    moved = found.moved
    # Whose deal is closed later finds their next lead come into the one that is still open.
    return moved.hands <= moved.merged and moved.band <= moved.merged and moved.clock > 0 and later


def _same_owner(mover: Mover) -> bool:
    return mover.before["owner"] == mover.after["owner"]


TRIALS = (
    Trial(what="the same SLA", section="sla", change=str, moves=nothing, says="nothing differs"),
    Trial(
        what="the manager is told of nothing",
        section="sla",
        change=lambda text: text.replace('act = "notify_manager"', 'act = "remind_owner"'),
        moves=nothing,
        says="no owner, no due time, no figure differs",
    ),
    Trial(
        what="half the time for the first touch",
        section="sla",
        change=halved,
        moves=_promises,
        says="more breaches on both sides; no band, no hands differ",
    ),
    Trial(
        what="one more rep",
        section="routing",
        change=one_more,
        moves=_turns,
        says="takes turns; no band, hands, clock differ",
    ),
    Trial(what="fewer points", section="scoring", change=poorer, moves=_bands, says="bands differ, sales gets fewer"),
    Trial(
        what="no work on Friday afternoons",
        section="calendar",
        change=lambda text: text.replace(WEEK, SHORT),
        moves=_hours,
        says="due times are later; no band, no hands differ but of leads that become one",
    ),
)


def main() -> int:
    """Work the quarters, replay them, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11])
    parser.add_argument("--leads-per-week", type=int, nargs="+", default=[60, 300])
    parser.add_argument("--weeks", type=int, default=13)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = options.leads_per_week[0]
        histories = [worked(folder, seed, few, options.weeks) for seed in options.seeds]
        rows, missed = [], []
        for trial in TRIALS:
            found = [tried(folder, history, trial.section, trial.change) for history in histories]
            held = sum(trial.moves(one) for one in found)
            drawn = sum(one.assumed.drawn for one in found)
            moved, leads = sum(one.moved.any for one in found), sum(one.leads for one in found)
            rows.append(f"| {trial.what} | {trial.says} | {held} of {len(found)} | {moved} of {leads} | {drawn} |")
            missed += [trial.what] if held < len(found) else []
            if any(one.record.differences for one in found):
                missed.append(f"{trial.what}: the record does not come out again")
        checked = sum(one.record.decisions for one in found)
        larger = [worked(folder, options.seeds[0], many, options.weeks) for many in options.leads_per_week[1:]]
        costs = [_cost(folder, history) for history in (histories[0], *larger)]
    lines = [
        f"Each quarter was worked at a desk by people who react to what they are given, {len(options.seeds)} seeds.",
        f"Under the agreement in force then all {checked:,} recorded decisions come out again, to the last value,",
        "before each trial. Then one section is changed; one draw of the reactions that the record does not hold.",
        "",
        "| tried | what must follow | held | leads that went another way | reactions drawn |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
        "| leads | lines of journal | working them, CPU-s | check and one draw, CPU-s | a lead and run, ms |",
        "| --- | --- | --- | --- | --- |",
        *costs,
    ]
    harness.write_section(NAME, lines, results=options.results)
    print(json.dumps({"missed": missed}))
    return 1 if missed else 0


def _cost(folder: Path, history: History) -> str:
    start = harness.cpu_seconds()
    found = tried(folder, history, "sla", halved)
    spent = harness.cpu_seconds() - start
    with history.logbook.reading() as book:
        ((lines,),) = book.all("SELECT count(*) FROM entries")
    each = 1000 * spent / 2 / found.leads
    return f"| {found.leads:,} | {lines:,} | {history.spent:.1f} | {spent:.1f} | {each:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
