"""Planted naive versions: each check passes on the product and fails on what a hurried hand would have written."""

import csv
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bothsides.identity import (
    Held,
    MatchingPolicy,
    Normal,
    Party,
    Profile,
    Undone,
    compile_matching,
    dedupe,
    match,
    match_all,
    merge,
    normalise,
)
from bothsides.identity.addresses import registrable
from bothsides.identity.policy import DedupePolicy, SurvivorshipPolicy

HOUSE = compile_matching(MatchingPolicy())


def module(name: str) -> object:
    return sys.modules[f"bothsides.identity.{name}"]


def account(party_id: str, **fields: object) -> Normal:
    return normalise(Party(party_id=party_id, kind="account", **fields))


def strangers_with_free_mail_stay_apart(_: Path) -> None:
    known = [account("a", company="Zeta", email="al@gmail.com")]
    assert match(account("l", company="Acme", email="jo@gmail.com"), known, HOUSE).outcome == "new"


def a_crowd_behind_one_domain_stays_apart(_: Path) -> None:
    crowd = {str(n): account(str(n), company=f"Shop {n * 7919}", website="mall.com") for n in range(30)}
    assert next(match_all([account("l", company="Else", website="mall.com")], crowd, HOUSE)).outcome == "new"


def no_group_above_the_cap_goes_unreviewed(_: Path) -> None:
    chain = [
        account(f"{n:02}", company="Acme", email=f"m@x{n // 2}.com", phone=f"+44207946{(n + 1) // 2:04}")
        for n in range(60)
    ]
    assert dedupe(chain, MatchingPolicy()).spellings <= 20


def two_register_numbers_stay_two_companies(_: Path) -> None:
    same = {"company": "Acme", "email": "jo@acme.com"}
    one, other = (
        account("a", **same, registration_number="1234567"),
        account("b", **same, registration_number="7654321"),
    )
    assert dedupe([one, other], MatchingPolicy()).groups == ()
    between = account("c", **same)
    assert not any({"a", "b"} <= set(group) for group in dedupe([one, other, between], MatchingPolicy()).groups)


def ties_are_decided_the_same_in_any_order(_: Path) -> None:
    known = [account(name, company="Acme", website="acme.com") for name in "cab"]
    one = account("l", company="Acme", website="acme.com")
    assert match(one, known, HOUSE).matched_id == match(one, known[::-1], HOUSE).matched_id == "a"


def the_threshold_survives_closure(data: Path) -> None:
    with (data / "er-patstat-names" / "patstat_reference.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    truth = {row["person_id"]: row["leuven_id"] for row in rows}
    normals = [account(row["person_id"], company=row["person_name"]) for row in rows]
    groups = dedupe(normals, MatchingPolicy(dedupe=DedupePolicy(method="names", cluster_cap=100))).groups
    told = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    right = sum(n * (n - 1) // 2 for group in groups for n in Counter(truth[each] for each in group).values())
    assert right / told >= 0.9


def an_undone_merge_leaves_no_trace(_: Path) -> None:
    one = Profile(party_id="k", fields={"phone": Held(value="1", at=1)})
    other = Profile(party_id="a", fields={"phone": Held(value="2", at=2)})
    identity = module("survivorship")
    undone = identity.undo(merge(one, other, SurvivorshipPolicy()))
    assert (undone.kept, undone.absorbed) == (one, other)


def register_numbers_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("closure"), "strongly_differ", lambda *_: False)


def every_domain_a_company(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("normalise"), "company_domain", registrable)


def every_key_followed(patch: pytest.MonkeyPatch) -> None:
    def all_of(keys, found, *, too_common):
        return tuple(dict.fromkeys(holder for key in keys for holder in found.get(key, ())))

    patch.setattr(module("match"), "sharing", all_of)


def groups_unguarded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("closure"), "_forbidden", lambda *_: "")


def the_first_that_comes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("match"), "_best", lambda _party, taken, _matching: (taken[0], "", {}))


def every_likely_pair_joined(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("review"), "likeliest", lambda growth, _: growth.steps_above(0.53))


def only_the_result_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module("survivorship"), "undo", lambda merged: Undone(kept=merged.result, absorbed=merged.absorbed))


PLANTED = [
    (strangers_with_free_mail_stay_apart, every_domain_a_company),
    (a_crowd_behind_one_domain_stays_apart, every_key_followed),
    (no_group_above_the_cap_goes_unreviewed, groups_unguarded),
    (two_register_numbers_stay_two_companies, register_numbers_forgotten),
    (ties_are_decided_the_same_in_any_order, the_first_that_comes),
    (the_threshold_survives_closure, every_likely_pair_joined),
    (an_undone_merge_leaves_no_trace, only_the_result_kept),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("check", "naive"), PLANTED, ids=[naive.__name__ for _, naive in PLANTED])
def test_the_check_passes_here_and_fails_on_the_naive_version(
    check: Callable[[Path], None],
    naive: Callable[[pytest.MonkeyPatch], None],
    real_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(real_data)
    naive(monkeypatch)
    with pytest.raises(AssertionError):
        check(real_data)
