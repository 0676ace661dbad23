"""Lists searched for duplicates: groups, guards, the queue for a person, and the same answer as one by one."""

import csv
import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.identity import (
    Clusters,
    MatchingPolicy,
    Normal,
    Party,
    candidates,
    compile_matching,
    dedupe,
    key_index,
    keys_of,
    match,
    normalise,
    pairs_to_label,
)
from bothsides.identity.blocking import shared_keys, spread_pairs
from bothsides.identity.closure import best_on_labels, grow, joined_at
from bothsides.identity.policy import DedupePolicy
from bothsides.identity.weights import learn


def account(party_id: str, **fields: object) -> Normal:
    return normalise(Party(party_id=party_id, kind="account", **fields))


def by(method: str, **more: object) -> MatchingPolicy:
    return MatchingPolicy(dedupe=DedupePolicy(method=method, **more))


def grown(count: int, *links: tuple[int, int, float], cap: int = 20, **identifiers: list[str]):
    columns = np.array(links, dtype=np.float64).reshape(-1, 3)
    first, second = columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
    return grow(count, (first, second, columns[:, 2]), cap=cap, identifiers=identifiers)


def f1(found: Clusters, truth: dict[str, str]) -> float:
    true = sum(n * (n - 1) // 2 for n in Counter(truth.values()).values())
    told = sum(len(group) * (len(group) - 1) // 2 for group in found.groups)
    right = sum(n * (n - 1) // 2 for group in found.groups for n in Counter(truth[i] for i in group).values())
    return 2 * right / (told + true)


def test_a_chain_between_two_that_differ_is_cut_at_its_weakest_link() -> None:
    growth = grown(4, (0, 1, 9.0), (1, 2, 3.0), (2, 3, 8.0), registration_number=["1111", "", "", "2222"])
    assert growth.groups(len(growth.joined)) == ((0, 1), (2, 3))
    assert [(each.first, each.second, each.why) for each in growth.refused] == [(1, 2, "differ on registration_number")]


def test_no_group_grows_above_the_cap_without_a_person() -> None:
    ring = [(n, n + 1, 5.0) for n in range(9)]
    growth = grown(10, *ring, cap=4)
    assert max(map(len, growth.groups(len(growth.joined)))) == 4
    assert all("cap of 4" in each.why for each in growth.refused)


@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 5)), max_size=40),
    st.lists(st.sampled_from(["", "", "1111", "2222"]), min_size=12, max_size=12),
    st.integers(2, 6),
)
def test_whatever_the_links_no_group_breaks_a_guard(
    links: list[tuple[int, int, int]], numbers: list[str], cap: int
) -> None:  # fmt: skip
    growth = grown(12, *((a, b, float(w)) for a, b, w in links if a != b), cap=cap, registration_number=numbers)
    for group in growth.groups(len(growth.joined)):
        assert len(group) <= cap
        assert len({numbers[node] for node in group} - {""}) <= 1
    asked = {frozenset((each.first, each.second)) for each in growth.refused}
    of = {node: group for group in growth.groups(len(growth.joined)) for node in group}
    for a, b, _ in links:
        assert of[a] is of[b] or frozenset((a, b)) in asked, "a link is followed or put to a person"


def test_the_threshold_is_judged_on_closed_groups() -> None:
    """Five and five sure records and one middling link between them: by pairs it looks fine, closed it is 25 wrong."""
    left = [(a, b, 9.0) for a in range(5) for b in range(a)]
    right = [(a + 5, b + 5, 9.0) for a in range(5) for b in range(a)]
    growth = grown(10, *left, *right, (0, 5, 4.0))
    labels = [(0, 1, True), (0, 5, True), (1, 6, False), (2, 7, False), (5, 6, True)]
    assert growth.groups(best_on_labels(growth, labels)) == (tuple(range(5)), tuple(range(5, 10)))
    assert joined_at(growth, [(1, 6), (0, 1)]).tolist()[0] == 8


def test_a_list_by_rules_with_its_queue() -> None:
    found = dedupe(
        [
            account("a", company="Acme Ltd", website="acme.com"),
            account("b", company="ACME", email="jo@acme.com"),
            account("c", company="Acme", registration_number="1234567", website="acme.com"),
            account("d", company="Acme", registration_number="7654321", email="al@acme.com"),
            account("e", company="Acme", country="FR"),
            account("f", company="Zeta"),
        ],
        MatchingPolicy(),
    )
    assert found.groups == (("a", "b", "c"),)
    kinds = Counter(review.kind for review in found.reviews)
    assert kinds["differ"] == 1
    assert kinds["unsure"] == 4


PARTIES = st.fixed_dictionaries({
    "company": st.sampled_from(["Acme", "Acme Ltd", "Acme Europe", "Akme", "Zeta", ""]),
    "email": st.sampled_from(["jo@acme.com", "info@acme.com", "jo@gmail.com", ""]),
    "phone": st.sampled_from(["+442079460958", ""]),
    "registration_number": st.sampled_from(["1234567", "7654321", "", ""]),
    "country": st.sampled_from(["UK", "DE", ""]),
    "postcode": st.sampled_from(["LS1", "YO1", ""]),
    "born_on": st.sampled_from(["1956-04-09", "1971-12-01", "", ""]),
})  # fmt: skip


@given(PARTIES, PARTIES)
def test_a_list_of_two_is_decided_as_the_match_of_the_one_with_the_other(
    one: dict[str, object], other: dict[str, object]
) -> None:
    a, b = account("a", **one), account("b", **other)
    shared = candidates(keys_of(a, "company"), key_index([b], "company"), too_common=21)
    told = match(a, [b] if shared else [], compile_matching(MatchingPolicy()))
    strong = told.outcome == "match" and told.rule != "domain only"
    assert bool(dedupe([a, b], MatchingPolicy()).groups) == strong


@given(st.lists(PARTIES, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_a_list_does_not_matter(parties: list[dict[str, object]], random: object) -> None:
    normals = [account(f"p{n}", **each) for n, each in enumerate(parties)]
    mixed = list(normals)
    random.shuffle(mixed)
    for method in ("rules", "weights", "names"):
        assert dedupe(mixed, by(method)).groups == dedupe(normals, by(method)).groups


@pytest.mark.parametrize("method", ["rules", "weights", "names"])
def test_a_list_of_nobody_and_of_one(method: str) -> None:
    assert dedupe([], by(method)).groups == ()
    assert dedupe([account("a", company="Acme", email="jo@acme.com")], by(method)).groups == ()


def test_pairs_share_a_key_that_is_not_too_common() -> None:
    normals = [account(str(n), company="Acme") for n in range(4)]
    assert len(shared_keys(normals, lambda _: ["k"], 4)[0]) == 6
    assert shared_keys(normals, lambda _: ["k"], 3)[0].tolist() == []
    assert shared_keys(normals, lambda _: ["k"], 4, split=2)[0].tolist() == [0, 0, 1, 1]


@given(st.integers(0, 300))
def test_pairs_by_chance_are_of_two_records_and_always_the_same(count: int) -> None:
    first, second = spread_pairs(count)
    assert len(first) == count * (count - 1) // 2
    assert (first != second).all()
    assert (spread_pairs(count)[1] == second).all()


def febrl(folder: Path, file: str, count: int) -> list[Normal]:
    with (folder / "er-febrl" / file).open(encoding="utf-8", newline="") as lines:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(lines)][:count]
    return [
        normalise(Party(party_id=row["rec_id"], kind="contact", given_name=row["given_name"], surname=row["surname"],
                        street=f"{row['street_number']} {row['address_1']}", locality=row["address_2"],
                        city=row["suburb"], postcode=row["postcode"], region=row["state"],
                        born_on=row["date_of_birth"]))
        for row in rows
    ]  # fmt: skip


DAMAGED = dataclasses.replace(by("weights"), keep_apart=("registration_number", "verified_domain"))


@pytest.mark.real_data
def test_weights_are_learned_without_labels_and_weigh_one_pair_as_millions(real_data: Path) -> None:
    normals = sorted(febrl(real_data, "dataset3.csv", 2_000), key=lambda normal: normal.party.party_id)
    first, second = shared_keys(normals, lambda n: [n.born_on, n.postcode + n.surname], 50)
    weights = learn(normals, first, second, DAMAGED.dedupe.fields)
    together = weights.pairs(normals, first, second)
    for place in range(0, len(first), 97):
        one, other = normals[int(first[place])], normals[int(second[place])]
        assert weights.pair(one, other) == together[place]
    by_name = {each.name: each for each in weights.fields}
    assert "email" not in by_name, "a field that nobody fills teaches nothing"
    assert by_name["surname"].agree[-1] > 0.5 > 0.05 > by_name["surname"].chance[-1]
    common = max(by_name["surname"].common, key=lambda value: by_name["surname"].common[value])
    levels = np.array([3, 3])
    usual, rare = by_name["surname"].of(levels, [common, "zyzzyx"]).tolist()
    assert rare > usual + 2, "to share a rare surname says more"


@pytest.mark.real_data
def test_differing_birthdays_are_put_to_a_person(real_data: Path) -> None:
    normals = febrl(real_data, "dataset3.csv", 5_000)
    kept = dedupe(normals, by("weights"))
    assert sum(review.kind == "differ" for review in kept.reviews) >= 100
    born = {normal.party.party_id: normal.born_on for normal in normals}
    for group in kept.groups:
        assert not any(
            born[a] and born[b] and sum(x != y for x, y in zip(born[a], born[b], strict=True)) > 4
            for a in group
            for b in group
        )


def patstat(folder: Path) -> tuple[list[Normal], dict[str, str]]:
    with (folder / "er-patstat-names" / "patstat_reference.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    normals = [account(row["person_id"], company=row["person_name"]) for row in rows]
    return normals, {row["person_id"]: row["leuven_id"] for row in rows}


@pytest.mark.real_data
def test_company_names_meet_the_bar_with_and_without_labels(real_data: Path) -> None:
    normals, truth = patstat(real_data)
    policy = by("names", cluster_cap=100)
    assert f1(dedupe(normals, policy), truth) >= 0.92
    labels = [(one, other, truth[one] == truth[other]) for one, other in pairs_to_label(normals, policy, 300)]
    assert len(labels) == 300
    assert f1(dedupe(normals, policy, labels=labels), truth) >= 0.92


@pytest.mark.real_data
def test_a_group_above_the_cap_is_reviewed(real_data: Path) -> None:
    normals, _ = patstat(real_data)
    found = dedupe(normals, by("names"))
    assert found.spellings == 20
    name = {normal.party.party_id: normal.company for normal in normals}
    assert all(len({name[each] for each in group}) <= 20 for group in found.groups)
    assert sum(review.kind == "above_the_cap" for review in found.reviews) >= 3


def test_an_agreed_threshold_is_taken() -> None:
    normals = [account(str(n), company=name) for n, name in enumerate(["Acme Robotics", "Acme Robotix", "Zeta"])]
    assert dedupe(normals, by("names", threshold=0.9)).groups == (("0", "1"),)
    assert dedupe(normals, by("names", threshold=0.99)).groups == ()
