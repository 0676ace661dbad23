"""The audit: each check on a record that has only that wrong, the score worked by hand, what became of last week's."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.agreement.versions import load_signed
from bothsides.leads.hygiene import (
    HygienePolicy,
    Member,
    Record,
    Required,
    Surroundings,
    audit,
    compile_hygiene,
    faults,
    problems,
    progress,
)
from bothsides.schema.instant import DAY

NOW = 1_800_000_000
PAGE = Path(__file__).resolve().parents[3] / "docs" / "hygiene.md"
BLOCK = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
AROUND = Surroundings(
    roster=(Member(owner="ana", team="inside sales"), Member(owner="bo", team="field", left_at=NOW - DAY)),
    known_ids={"account": {"a1"}, "campaign": {"spring"}},
    clusters=(("1", "7"),),
)
CLEAN = {
    "side": "supplier",
    "stage": "opportunity",
    "owner": "ana",
    "company": "Acme",
    "email": "x@acme.example",
    "source": "referral",
    "category": "pumps",
    "country": "DE",
    "sku_count": 40,
    "account_id": "a1",
    "created_at": NOW - 20 * DAY,
}


def policy(folder: Path, text: str = BLOCK) -> HygienePolicy:
    (folder / "hygiene.toml").write_text(text, encoding="utf-8")
    return load_signed(folder / "hygiene.toml", HygienePolicy, time_zone="Europe/London").policy


def record(record_id: str = "2", *, since: int = 5, touched: int | None = None, **told: object) -> Record:
    at = None if touched is None else NOW - touched * DAY
    return Record(record_id=record_id, fields={**CLEAN, **told}, stage_since=NOW - since * DAY, touched_at=at)


def test_the_policy_of_the_documentation_can_be_signed_as_it_stands(tmp_path: Path) -> None:
    assert problems(policy(tmp_path)) == ()


def test_a_clean_record_has_no_fault(tmp_path: Path) -> None:
    assert faults(compile_hygiene(policy(tmp_path), AROUND), record(), NOW) == ()


@pytest.mark.parametrize(
    ("wrong", "check", "says", "after"),
    [
        (record(source="Google Ads"), "source", "source 'Google Ads' means paid_search", "paid_search"),
        (record(source="Trade-Show"), "source", "source 'Trade-Show' means trade_show", "trade_show"),
        (record(source="carrier pigeon"), "source", "no spelling of one is agreed", None),
        (record(employees=999), "null", "employees 999 says that it is not known", None),
        (record(website=" Select "), "null", "website ' Select ' says that it is not known", None),
        (
            record(email="bob@steelsons"),
            "address",
            "email 'bob@steelsons' is no address that anybody can write to",
            None,
        ),
        (record(sku_count=None), "missing", "sku_count is missing: the onboarding team cannot plan", None),
        (record(created_at=NOW + DAY), "date", "created_at 2027-01-16 has not come yet", None),
        (record(created_at=86_400), "date", "created_at 1970-01-02 is before 2015-01-01", None),
        (record(closed_at=NOW - 30 * DAY), "date", "closed_at 2026-12-16 is before created_at 2026-12-26", None),
        (record(account_id="a9"), "reference", "account_id 'a9': there is no such account", None),
        (record(owner="zed"), "owner", "owner 'zed' is on no roster", None),
        (record(owner="bo"), "owner", "owner 'bo' left on 2027-01-14", None),
        (record(since=31), "stale", "opportunity without a touch or a move for 31 days, at most 30", None),
        (record("7"), "duplicate", "is the same as 1", "1"),
    ],
)
def test_each_check_finds_its_fault_and_no_other(
    wrong: Record, check: str, says: str, after: object, tmp_path: Path
) -> None:
    (found,) = faults(compile_hygiene(policy(tmp_path), AROUND), wrong, NOW)
    assert (found.check, found.fix.after) == (check, after)
    assert says in found.says
    assert found.fix.by_hand == (check != "null" and (after is None or check == "duplicate"))


def test_what_is_not_wrong_is_left_alone(tmp_path: Path) -> None:
    ready = compile_hygiene(policy(tmp_path), AROUND)
    for fine in (
        record(since=31, touched=3),
        record(employees=12),
        record(sku_count=999),  # 999 is a null only in the fields that name it
        record(notes="test"),
        record(company="Test Instruments Ltd"),
        record(owner="zed", stage="closed_lost"),
        record(is_test=True),
    ):
        assert faults(ready, fine, NOW) == ()


def test_what_somebody_who_left_owned_is_for_the_team(tmp_path: Path) -> None:
    ready = compile_hygiene(policy(tmp_path), AROUND)
    assert faults(ready, record(owner="bo"), NOW)[0].fix.who == "field"
    assert faults(ready, record(owner="zed"), NOW)[0].fix.who == "marketing operations"
    assert faults(ready, record(source="sem"), NOW)[0].fix.who == "ana"


def test_the_score_is_the_share_of_what_is_right_each_record_as_its_stage_weighs() -> None:
    small = HygienePolicy(
        sources={"organic": ("seo",)},
        required=(Required(fields=("email",), why="x"),),
        check_weights={"missing": 2},
        stage_weights={"opportunity": 5},
    )
    ready = compile_hygiene(small, Surroundings(roster=(Member(owner="ana", team="sales"),)))
    half = Record(record_id="1", fields={"owner": "ana", "stage": "opportunity", "source": "seo", "email": "test"})
    whole = Record(record_id="2", fields={"owner": "ana", "stage": "lead", "source": "organic", "email": "a@b.example"})
    found = audit(ready, [whole, half], NOW)
    # Source 1, null 1, missing 2, owner 1 of 5 apply to both; of the opportunity only the owner is right.
    assert found.teams[0].score == round(100 * (5 * 1 / 5 + 1) / 6, 1)
    assert (found.teams[0].records, found.teams[0].faulty) == (2, 1)
    assert found.teams[0].faults == (("source", 1), ("null", 1), ("missing", 1))
    assert [fix.by_hand for fix in found.fixes] == [False, False, True]


def test_an_audit_does_not_depend_on_order_and_says_what_it_could_not_see(tmp_path: Path) -> None:
    around = replace(AROUND, known_ids={"account": {"a1"}})
    ready = compile_hygiene(policy(tmp_path), around)
    records = [record("1"), record("7"), record("3", owner="zed"), record("4", owner="bo", source="sem")]
    found = audit(ready, records, NOW)
    assert found == audit(ready, records[::-1], NOW)
    assert found.not_checked == ("campaign: the ids of every campaign are not known here",)
    assert [(team.team, team.records, team.faulty) for team in found.teams] == [
        ("field", 1, 1),
        ("inside sales", 2, 1),
        ("marketing operations", 1, 1),
    ]


def test_no_records_have_no_score(tmp_path: Path) -> None:
    ready = compile_hygiene(policy(tmp_path), AROUND)
    assert audit(ready, [], NOW).teams == ()


def test_progress_tells_new_lasting_and_gone(tmp_path: Path) -> None:
    ready = compile_hygiene(policy(tmp_path), AROUND)
    before = audit(ready, [record("1", source="sem"), record("3", employees=999)], NOW)
    after = audit(ready, [record("1", source="sem"), record("3", website="-")], NOW)
    found = progress(before, after)
    assert [(fault.record_id, fault.field) for fault in found.new] == [("3", "website")]
    assert [(fault.record_id, fault.field) for fault in found.lasting] == [("1", "source")]
    assert [(fault.record_id, fault.field) for fault in found.gone] == [("3", "employees")]
    assert len(found.new) + len(found.lasting) == len(after.faults)
    assert found.scores[0][0] == "inside sales"


def test_what_may_not_stand_in_the_policy_is_said(tmp_path: Path) -> None:
    wrong = policy(
        tmp_path,
        '[sources]\nads = ["sem"]\n'
        'organic = ["fair", "referral"]\ntrade_show = ["Fair"]\n[check_weights]\nsources = 2\n'
        '[stage_weights]\nwon = 2\n[[required]]\nfields = []\nwhy = "x"\n[enrichment.fields]\ncountry = "fill"\n',
    )
    told = "\n".join(problems(wrong))
    for part in (
        "sources.ads: is no standard source",
        "'referral' is a standard source of its own",
        "'Fair' means organic already",
        "check_weights.sources: is no check",
        "stage_weights.won: is no stage",
        "required[0].fields: names no field",
        "must name whose data",
    ):
        assert part in told
    with pytest.raises(AgreementError, match="deal: is no stage"):
        policy(tmp_path, "[stale_after_days]\ndeal = 5\n")
