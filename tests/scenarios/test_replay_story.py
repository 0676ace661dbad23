"""Should we halve the time for the first touch? The teams ask their own record before they sign anything."""

import re
import shutil
from pathlib import Path

import pytest

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.leads.replay import Measure, Replayed, read_proposed, replay
from bothsides.logbook import Logbook
from bothsides.schedule import tick
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.simulate.desk import quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"
SPRING = quarter(7, leads_per_week=45)
SINCE, UNTIL = SPRING.opens_at, SPRING.opens_at + 35 * DAY
PROMISED = 0.1
"""Sales promises that nine in ten first touches of buyers come in time."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Logbook:
    """Five weeks as the service worked them: every round is the schedule's own."""
    folder = tmp_path_factory.mktemp("story") / "fixwell"
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    logbook = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, logbook, now=SINCE)

    def look_after(now: Instant) -> None:
        tick(workspace, logbook, agreed, now=now, timetable=())

    rehearse(logbook, agreed, SPRING, tick=2 * HOUR, until=UNTIL, look_after=look_after)
    return logbook


def asked(record: Logbook, folder: Path, share: float) -> Replayed:
    """What the weeks would have been with this share of the agreed hours for a first touch."""
    clause = r'(clock = "first_touch"\nowed_by = "sales"\nowed_to = "marketing"\nhours = )(\d+)'
    text = (EXAMPLE / "sla.toml").read_text("utf-8")
    file = folder / "sla.toml"
    file.write_text(re.sub(clause, lambda found: f"{found[1]}{int(found[2]) * share:g}", text), "utf-8")
    calendars = ("office", "berlin", "lisbon", "marketplace")
    found = read_proposed([file], time_zone="Europe/London", calendars=calendars)
    return replay(record, found.versions, since=SINCE, until=UNTIL, draws=3)


def figure(found: Replayed, of: str, what: str) -> Measure:
    (one,) = [each for each in found.measures if (each.of, each.what) == (of, what)]
    return one


def test_the_record_answers_whether_to_halve_the_time(record: Logbook, tmp_path: Path) -> None:
    half, three_quarters = asked(record, tmp_path, 0.5), asked(record, tmp_path, 0.75)

    # Before anybody believes a word: the weeks as they were come out again, whoever went round.
    assert half.record.decisions > 1500
    assert half.record.differences == ()

    # Today the promise is kept, or nearly; with half the time, and people as fast as they are, it is broken by far.
    rate = figure(half, "buyer first_touch", "breach rate")
    assert (rate.before or 1) < 2 * PROMISED
    assert (rate.low or 0) > 2.5 * PROMISED
    between = figure(three_quarters, "buyer first_touch", "breach rate")
    assert (rate.before or 0) < (between.after or 0) < (rate.after or 0)

    # What it would cost: more leads change hands, and nobody is called sooner for it.
    handed_on = figure(half, "to another owner", "leads")
    assert (handed_on.after or 0) > (handed_on.before or 0)
    hours = figure(half, "buyer first_touch", "median hours")
    assert (hours.after or 0) > 0.8 * (hours.before or 0)

    # And what it would not touch: which leads are worth a person's time.
    assert (half.moved.band, half.moved.hands) == (0, 0)

    # How far the answer can be trusted stands in it: most leads went to the same person at the same moment.
    assert half.assumed.as_recorded > half.assumed.drawn
    assert half.assumed.draws == 3
