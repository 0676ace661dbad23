"""One lead against those it may be: rules, fallbacks, tie-breakers, roles, branches, and why not the others."""

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.identity import (
    Matching,
    MatchingPolicy,
    Normal,
    Party,
    candidates,
    compare,
    compile_matching,
    key_index,
    keys_of,
    match,
    match_all,
    normalise,
    self_dealing,
)
from bothsides.identity.policy import Rule
from bothsides.schema import Side

HOUSE = compile_matching(MatchingPolicy())
BUYER, SUPPLIER = (Side.BUYER,), (Side.SUPPLIER,)


def account(party_id: str, **fields: object) -> Normal:
    return normalise(Party(party_id=party_id, kind="account", **fields))


def lead(**fields: object) -> Normal:
    return normalise(Party(party_id="lead", kind="lead", **fields))


def with_ties(*breakers: str) -> Matching:
    return compile_matching(dataclasses.replace(MatchingPolicy(), tie_breakers=breakers))


ACME = {"company": "Acme Ltd", "website": "acme.com"}


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({"registration_number": "GB1234567", "country": "UK"}, {"registration_number": "01234567"},
         "same register number"),
        ({"verified_domain": "acme.com"}, {"verified_domain": "www.acme.com"}, "same proven domain"),
        ({"company": "ACME", "email": "jo@acme.com"}, ACME, "same domain, like name"),
        ({"company": "Acme Europe", "email": "jo@acme.com"}, ACME, "same domain, like name"),
        ({"email": "info@acme.com"}, {"company": "Zeta", "email": "info@acme.com"}, "same e-mail"),
        ({"company": "Acme", "phone": "+442079460958"}, {"company": "Acme Ltd", "phone": "020 7946 0958",
         "country": "UK"}, "same phone, like name"),
        ({"company": "Acme", "postcode": "EC1A 1BB"}, {"company": "Acme SA", "postcode": "ec1a1bb"},
         "same name and postcode"),
        ({"company": "Acme", "city": "Leeds", "country": "UK"}, {"company": "Acme", "city": "Leeds",
         "country": "GB"}, "same name, city and country"),
        ({"company": "Zeta Holding", "email": "jo@acme.com"}, ACME, "domain only"),
    ],
)  # fmt: skip
def test_each_strong_rule_and_the_fallback_find_their_company(
    one: dict[str, object], other: dict[str, object], rule: str
) -> None:
    found = match(lead(**one), [account("a", **other)], HOUSE)
    assert (found.outcome, found.matched_id, found.rule) == ("match", "a", rule)


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({"company": "Acme"}, {"company": "Acme Inc"}, "same name"),
        ({"company": "Acme Robotics", "website": "acme.de"}, ACME, "like name, domain of the same label"),
        ({"company": "Acme Robotics", "country": "FR"}, {"company": "Acme Robotic", "country": "FR"},
         "like name, same country"),
        ({"company": "Acme", "phone": "+442079460958"}, {"company": "Zeta", "phone": "+442079460958"}, "same phone"),
    ],
)  # fmt: skip
def test_each_weak_rule_asks_a_person(one: dict[str, object], other: dict[str, object], rule: str) -> None:
    found = match(lead(**one), [account("a", **other)], HOUSE)
    assert (found.outcome, found.matched_id) == ("review", None)
    assert [(rival.party_id, rival.rule) for rival in found.rivals] == [("a", rule)]
    assert "weak" in found.why


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ({"email": "jo@acme.com"}, {"email": "Jo+x@acme.com"}, "same e-mail"),
        ({"name": "Jo Smith", "phone": "+442079460958"}, {"name": "J Smith", "phone": "+442079460958"},
         "same phone, like name"),
        ({"name": "Jo Smith", "email": "jo@acme.com"}, {"name": "Smith, Jo", "email": "jsmith@acme.com"},
         "same name, same domain"),
        ({"name": "Jo Smith", "company": "Acme"}, {"name": "Jo Smith", "company": "Acme Ltd"},
         "same name, same company"),
        ({"name": "Jo Smith", "born_on": "1956-04-09"}, {"name": "Jo Smyth", "born_on": "1956-04-09"},
         "same name and birthday"),
    ],
)  # fmt: skip
def test_each_rule_for_persons(one: dict[str, object], other: dict[str, object], rule: str) -> None:
    known = normalise(Party(party_id="c", kind="contact", **other))
    found = match(lead(**one), [known], HOUSE, of="person")
    assert (found.outcome, found.rule) == ("match", rule)


def test_colleagues_with_a_team_mailbox_are_not_one_person() -> None:
    other = normalise(Party(party_id="c", kind="contact", name="Ann Li", email="sales@acme.com"))
    assert match(lead(name="Bo Ek", email="sales@acme.com"), [other], HOUSE, of="person").outcome == "review"


def test_two_strangers_with_free_mail_are_two_companies() -> None:
    assert match(lead(email="jo@gmail.com"), [account("a", email="al@gmail.com")], HOUSE).outcome == "new"


def test_the_domain_alone_counts_only_where_nothing_else_is_found() -> None:
    by_domain = account("a", company="Zeta Group", website="acme.com")
    by_name = account("b", company="Acme", country="FR")
    one = lead(company="Acme", email="jo@acme.com")
    assert match(one, [by_domain], HOUSE).rule == "domain only"
    assert match(one, [by_domain, by_name], HOUSE).outcome == "review"
    surer = account("c", company="Acme", website="acme.com")
    found = match(one, [by_domain, by_name, surer], HOUSE)
    assert found.matched_id == "c"
    assert {rival.party_id: rival.why_not for rival in found.rivals} == {
        "a": "only 'domain only', which counts where nothing else is found",
        "b": "only 'same name', which is weak",
    }


@pytest.mark.parametrize(
    ("mine", "theirs", "name"),
    [
        ({"registration_number": "1234567"}, {"registration_number": "7654321"}, "registration_number"),
        ({"verified_domain": "acme.com"}, {"verified_domain": "acme.org"}, "verified_domain"),
        ({"born_on": "1956-04-09"}, {"born_on": "1971-12-01"}, "born_on"),
    ],
)
def test_two_that_differ_on_a_strong_identifier_are_never_the_same(
    mine: dict[str, object], theirs: dict[str, object], name: str
) -> None:
    same = {"company": "Acme", "email": "jo@acme.com", "phone": "+442079460958", "postcode": "1000"}
    found = match(lead(**same, **mine), [account("a", **same, **theirs)], HOUSE)
    assert found.outcome == "review"
    assert found.rivals[0].why_not == f"differs on {name}"


def test_a_namesake_with_another_register_number_is_nobodys_question() -> None:
    found = match(
        lead(company="Acme", registration_number="1234567"),
        [account("a", company="Acme", registration_number="7654321")],
        HOUSE,
    )
    assert found.outcome == "new"
    assert [rival.why_not for rival in found.rivals] == ["differs on registration_number"]


TIES: list[tuple[str, dict[str, object], dict[str, object], str]] = [
    ("same_side", {"sides": SUPPLIER}, {"sides": BUYER}, "1 against"),
    ("owner_has_open_deal", {"owner_id": "o", "open_deals": 1}, {"open_deals": 2}, "0 against 1"),
    ("most_open_deals", {"open_deals": 3}, {"open_deals": 2}, "2 against 3"),
    ("has_owner", {"owner_id": "o"}, {}, "0 against 1"),
    ("nearest_place", {"city": "Leeds"}, {"city": "York"}, "0 against 2"),
    ("most_contacts", {"contacts": 7}, {"contacts": 3}, "3 against 7"),
    ("most_touches", {"touches": 7}, {"touches": 3}, "3 against 7"),
    ("most_recent_activity", {"last_activity_at": 9}, {}, "unknown against 9"),
    ("oldest", {"created_at": 10}, {"created_at": 20}, "-20 against -10"),
]


@pytest.mark.parametrize(("breaker", "better", "worse", "told"), TIES)
def test_each_tie_breaker_decides_and_says_so(
    breaker: str, better: dict[str, object], worse: dict[str, object], told: str
) -> None:
    known = [account("a", **ACME, **worse), account("b", **ACME, **better)]
    found = match(lead(**ACME, sides=SUPPLIER, city="Leeds"), known, with_ties(breaker))
    assert (found.matched_id, found.decided_by) == ("b", breaker)
    if breaker != "same_side":
        assert told in found.rivals[0].why_not


def test_the_first_tie_breaker_that_tells_them_apart_decides() -> None:
    known = [account("a", **ACME, contacts=9), account("b", **ACME, open_deals=1, owner_id="o")]
    assert match(lead(**ACME), known, with_ties("owner_has_open_deal", "most_contacts")).matched_id == "b"
    assert match(lead(**ACME), known, with_ties("most_contacts", "owner_has_open_deal")).matched_id == "a"


def test_a_lead_with_an_e_mail_of_a_proven_domain_finds_its_company() -> None:
    known = {"a": account("a", company="Acme", verified_domain="acme.com")}
    assert next(match_all([lead(company="Acme", email="jo@acme.com")], known, HOUSE)).matched_id == "a"


def test_an_earlier_rule_outranks_every_tie_breaker() -> None:
    known = [account("a", **ACME, contacts=900), account("b", registration_number="1234567")]
    found = match(lead(**ACME, registration_number="1234567"), known, HOUSE)
    assert (found.matched_id, found.decided_by) == ("b", "rule order")
    assert found.rivals[0].why_not == "'same register number' comes first"


def test_with_all_else_equal_the_lowest_id_is_taken_in_whatever_order() -> None:
    known = [account(name, **ACME) for name in "dbca"]
    for order in itertools.permutations(known):
        found = match(lead(**ACME), order, HOUSE)
        assert (found.matched_id, found.decided_by) == ("a", "lowest id")
        assert [rival.party_id for rival in found.rivals] == ["b", "c", "d"]


def test_a_company_known_only_in_the_other_role_keeps_its_roles_apart() -> None:
    buyer = account("b", **ACME, sides=BUYER, organization_id="org", owner_id="ann")
    found = match(lead(**ACME, sides=SUPPLIER), [buyer], HOUSE)
    assert (found.organization_id, found.account_id) == ("org", None)
    assert (found.cross_role_id, found.cross_role_owner_id) == ("b", "ann")


def test_a_company_in_both_roles_gives_the_account_of_the_leads_role() -> None:
    buyer = account("b", **ACME, registration_number="1234567", sides=BUYER, organization_id="org", owner_id="ann")
    supplier = account("s", **ACME, sides=SUPPLIER, organization_id="org", owner_id="bo")
    one = lead(**ACME, registration_number="1234567", sides=SUPPLIER)
    found = match(one, [buyer, supplier], HOUSE)
    assert (found.matched_id, found.account_id) == ("b", "s")
    assert (found.cross_role_id, found.cross_role_owner_id) == ("b", "ann")
    assert found.self_dealing == ("b",)


def test_a_branch_keeps_its_parent_and_the_nearest_is_taken() -> None:
    parent = account("p", **ACME, city="London")
    branch = account("q", **ACME, city="Leeds", parent_id="p")
    found = match(lead(**ACME, city="Leeds"), [parent, branch], HOUSE)
    assert (found.matched_id, found.parent_id, found.decided_by) == ("q", "p", "nearest_place")


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"organization_id": "o"}, {"organization_id": "o"}, "same organisation"),
        ({"registration_number": "1234567"}, {"registration_number": "1234567"}, "same register number"),
        ({"email": "jo@acme.com"}, {"email": "jo@acme.com"}, "same e-mail"),
        ({"phone": "+442079460958"}, {"phone": "+442079460958"}, "same phone"),
        (ACME, ACME, None),
    ],
)
def test_self_dealing(one: dict[str, object], other: dict[str, object], why: str | None) -> None:
    assert self_dealing(account("b", **one, sides=BUYER), account("s", **other, sides=SUPPLIER)) == why


def test_the_same_company_in_its_own_role_is_no_self_dealing() -> None:
    found = match(
        lead(**ACME, email="jo@acme.com", sides=BUYER), [account("b", email="jo@acme.com", sides=BUYER)], HOUSE
    )
    assert (found.outcome, found.self_dealing) == ("match", ())


def test_why_not_names_the_first_test_that_fails_of_every_rule() -> None:
    told = HOUSE.why_not(lead(company="Acme"), account("a", company="Zeta"), "company")
    assert "same register number: registration_number is unknown, wanted same" in told
    assert len(told) == len(MatchingPolicy().company_rule)


def test_a_key_that_21_share_says_nothing() -> None:
    found = {"domain:acme.com": [str(n) for n in range(21)], "name:acme": [str(n) for n in range(20)]}
    assert candidates(["domain:acme.com"], found, too_common=21) == ()
    assert len(candidates(["name:acme"], found, too_common=21)) == 20
    crowd = {str(n): account(str(n), company=f"Shop {n * 7919}", website="mall.com") for n in range(21)}
    one = lead(company="Else", website="mall.com")
    assert next(match_all([one], crowd, HOUSE)).outcome == "new"
    del crowd["20"]
    assert next(match_all([one], crowd, HOUSE)).rule == "domain only"


def test_a_party_never_matches_itself() -> None:
    one = account("a", **ACME)
    assert match(one, [one], HOUSE).outcome == "new"


WORDS = st.sampled_from(["Acme", "Acme Ltd", "Acme Europe", "Akme", "Zeta", "Zeta Group GmbH", ""])
PARTIES = st.fixed_dictionaries({
    "company": WORDS,
    "name": st.sampled_from(["Jo Smith", "J Smith", "Smith, Jo", "Ann Li", ""]),
    "email": st.sampled_from(["jo@acme.com", "info@acme.com", "jo@gmail.com", "ann@zeta.de", ""]),
    "website": st.sampled_from(["acme.com", "acme.de", "zeta.de", ""]),
    "phone": st.sampled_from(["+442079460958", "+442079460959", ""]),
    "registration_number": st.sampled_from(["1234567", "7654321", "", ""]),
    "country": st.sampled_from(["UK", "DE", ""]),
    "city": st.sampled_from(["Leeds", "York", ""]),
    "contacts": st.integers(0, 2),
    "sides": st.sampled_from([BUYER, SUPPLIER, (), (Side.BUYER, Side.SUPPLIER)]),
})  # fmt: skip


@given(PARTIES, PARTIES)
def test_comparing_does_not_depend_on_the_order_of_the_two(one: dict[str, object], other: dict[str, object]) -> None:
    assert compare(lead(**one), account("a", **other)) == compare(account("a", **other), lead(**one))


@given(PARTIES, st.lists(PARTIES, max_size=6), st.randoms(use_true_random=False))
def test_matching_does_not_depend_on_the_order_of_the_known(
    one: dict[str, object], others: list[dict[str, object]], random: object
) -> None:
    known = [account(f"a{n}", **other) for n, other in enumerate(others)]
    mixed = list(known)
    random.shuffle(mixed)
    found = match(lead(**one), known, HOUSE)
    assert match(lead(**one), mixed, HOUSE) == found
    told = {rival.party_id for rival in found.rivals} | {found.matched_id} - {None}
    spoken_for = {each.party.party_id for each in known if HOUSE.verdict(lead(**one), each, "company").bucket != "none"}
    assert told == spoken_for, "everybody for whom a rule speaks is taken or told why not"


@given(st.lists(PARTIES, max_size=8), st.lists(PARTIES, max_size=8), st.sampled_from(["company", "person"]))
def test_one_lead_and_a_batch_get_the_same_answer(
    leads: list[dict[str, object]], others: list[dict[str, object]], of: str
) -> None:
    known = {f"a{n}": account(f"a{n}", **other) for n, other in enumerate(others)}
    normals = [normalise(Party(party_id=f"l{n}", kind="lead", **each)) for n, each in enumerate(leads)]
    batch = list(match_all(normals, known, HOUSE, of=of))
    index = key_index(known.values(), of)
    for normal, told in zip(normals, batch, strict=True):
        ids = candidates(keys_of(normal, of), index, too_common=21)
        assert match(normal, [known[each] for each in ids], HOUSE, of=of) == told


def test_a_house_may_have_other_rules() -> None:
    strict = dataclasses.replace(
        MatchingPolicy(), company_rule=(Rule(name="number", bucket="strong", when={"registration_number": "same"}),)
    )
    assert match(lead(**ACME), [account("a", **ACME)], compile_matching(strict)).outcome == "new"
