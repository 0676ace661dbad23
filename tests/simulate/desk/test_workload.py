"""The benchmark's leads: the counts, shares and overlaps that the runs of other systems had."""

import numpy as np
import pytest

from bothsides.simulate.desk import Workload, workload
from bothsides.simulate.desk.workload import SCORE_FIELDS


@pytest.fixture(scope="module")
def load() -> Workload:
    return workload(n_history=8_000, n_new=12_000)


def test_the_same_seed_gives_the_same_leads() -> None:
    first, again, other = (workload(n_history=500, n_new=800, seed=seed) for seed in (7, 7, 8))
    assert all((first.new[name] == again.new[name]).all() for name in first.new)
    assert not (first.new["deal_size"] == other.new["deal_size"]).all()


def test_history_is_won_in_three_of_ten_and_six_fields_say_which(load: Workload) -> None:
    won = load.history["won"]
    assert won.mean() == pytest.approx(0.3, abs=0.02)
    assert len(SCORE_FIELDS) == 6
    assert (load.history["closed_at"] > load.history["created_at"]).all()
    assert load.history["closed_at"].max() < load.new["created_at"].min()
    by_role = [won[load.history["job_role"] == role].mean() for role in ("procurement", "office", "student")]
    assert max(by_role) - min(by_role) > 0.05


def test_new_leads_repeat_themselves_and_belong_to_accounts(load: Workload) -> None:
    new = load.new
    assert (np.diff(new["created_at"]) >= 0).all()
    first = new["duplicate_of"]
    again = first >= 0
    assert 0.15 < again.mean() < 0.35
    assert (first[again] < np.flatnonzero(again)).all()
    assert (first[first[again]] == -1).all()
    assert (new["account"][again] == new["account"][first[again]]).all()
    assert (new["account"] >= 0).mean() == pytest.approx(0.23, abs=0.04)
    phones = [(new["phone"][lead], new["phone"][first[lead]]) for lead in np.flatnonzero(again)]
    assert all(one == before for one, before in phones if one is not None and before is not None)
    assert (new["company"][again] != new["company"][first[again]]).mean() > 0.5


def test_domains_tell_companies_apart(load: Workload) -> None:
    assert len(set(load.accounts["domain"])) == len(load.accounts["domain"])
    assert len(set(load.new["lead_id"])) == len(load.new["lead_id"])


def test_two_teams_of_four_share_some_countries(load: Workload) -> None:
    first, second = load.teams
    assert len(first.members) == len(second.members) == 4
    shared = set(first.when["country"]) & set(second.when["country"])
    assert 0 < len(shared) < len(first.when["country"])
    assert set(load.new["country"]) <= set(first.when["country"]) | set(second.when["country"])


def test_records_leave_out_what_is_unknown_and_what_is_truth(load: Workload) -> None:
    records = load.records(load.new)
    assert len(records) == 12_000
    assert all("duplicate_of" not in row and None not in row.values() for row in records)
    assert type(records[0]["created_at"]) is int
    assert type(records[0]["deal_size"]) is float


def test_a_wrong_call_is_told() -> None:
    with pytest.raises(ValueError, match="reps = 1, teams = 2"):
        workload(reps=1)
