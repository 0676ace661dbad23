"""Fixes: shown, made and undone exactly; bought data fills blanks and never what a person entered."""

from hypothesis import given
from hypothesis import strategies as st

from bothsides.leads.hygiene import (
    Enrichment,
    Fix,
    HygienePolicy,
    Offer,
    Record,
    Surroundings,
    changed,
    compile_hygiene,
    enrich,
    fixing,
    undoing,
)
from bothsides.schema.instant import DAY

NOW = 1_800_000_000
VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from([1.0, float("nan"), "", "a", "b"]))
RECORDS = st.dictionaries(st.sampled_from(["1", "2"]), st.dictionaries(st.sampled_from(["x", "y"]), VALUES), min_size=1)
FIXES = st.lists(
    st.builds(
        Fix,
        record_id=st.sampled_from(["1", "2", "3"]),
        field=st.sampled_from(["x", "y"]),
        before=VALUES,
        after=VALUES,
        why=st.just("because"),
        who=st.just("ana"),
        check=st.just("null"),
        by_hand=st.sampled_from([False, False, False, True]),
    ),
    max_size=8,
)


def fix(before: object, after: object, **told: object) -> Fix:
    given = {"record_id": "1", "field": "x", "why": "because", "who": "ana", "check": "null", **told}
    return Fix(before=before, after=after, **given)  # type: ignore[arg-type]


@given(records=RECORDS, fixes=FIXES)
def test_made_and_undone_is_as_it_was(records: dict[str, dict[str, object]], fixes: list[Fix]) -> None:
    made = fixing(records, fixes, who="ana", at=NOW)
    after = changed(records, made.changes)
    back = undoing(after, made.changes, who="ana", at=NOW + 1)
    assert back.refused == ()
    assert repr(_sorted(changed(after, back.changes))) == repr(_sorted(records))
    again = undoing(changed(after, back.changes), back.changes, who="ana", at=NOW + 2)
    assert repr(_sorted(changed(changed(after, back.changes), again.changes))) == repr(_sorted(after))
    assert len(made.changes) + len(made.refused) == len(fixes)


def _sorted(records: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {name: dict(sorted(fields.items())) for name, fields in sorted(records.items())}


def test_two_fixes_of_one_value_are_undone_the_last_first() -> None:
    records = {"1": {"x": "a"}}
    made = fixing(records, [fix("a", "b"), fix("b", "c")], who="ana", at=NOW).changes
    after = changed(records, made)
    assert after == {"1": {"x": "c"}}
    back = undoing(after, made, who="ana", at=NOW)
    assert [(one.before, one.after) for one in back.changes] == [("c", "b"), ("b", "a")]
    assert changed(after, back.changes) == records


def test_a_fix_of_what_has_changed_since_the_audit_is_refused() -> None:
    records = {"1": {"x": "b"}}
    found = fixing(records, [fix("a", "c"), fix("b", "b"), fix("b", "c", record_id="9")], who="ana", at=NOW)
    assert found.changes == ()
    assert [one.why for one in found.refused] == [
        "x is 'b', no longer 'a': look again",
        "is so already",
        "there is no such record",
    ]


def test_one_and_true_are_two_values() -> None:
    assert fixing({"1": {"x": True}}, [fix(1, None)], who="ana", at=NOW).changes == ()


def test_what_a_person_has_to_find_out_is_not_made() -> None:
    found = fixing({"1": {"x": None}}, [fix(None, None, by_hand=True)], who="ana", at=NOW)
    assert "ana has to find out what x should be" in found.refused[0].why


def test_undoing_leaves_what_somebody_changed_since() -> None:
    records = {"1": {"x": "a", "y": "a"}}
    made = fixing(records, [fix("a", "b"), fix("a", "b", field="y")], who="ana", at=NOW).changes
    after = changed(records, made)
    after["1"]["x"] = "c"
    back = undoing(after, made, who="bo", at=NOW + 5)
    assert changed(after, back.changes) == {"1": {"x": "c", "y": "a"}}
    assert [(one.field, one.why) for one in back.refused] == [
        ("x", "x is 'c', no longer 'b': changed since, so it stays")
    ]
    assert (back.changes[0].who, back.changes[0].at, back.changes[0].why) == ("bo", NOW + 5, "undone: because")


READY = compile_hygiene(
    HygienePolicy(
        enrichment=Enrichment(
            providers=("breeze", "zoominfo"), fields={"employees": "refresh", "country": "fill"}, most_days_old=180
        )
    ),
    Surroundings(),
)


def offer(field: str, value: object, provider: str = "breeze", days: int = 1) -> Offer:
    return Offer(record_id="1", field=field, value=value, provider=provider, known_at=NOW - days * DAY)


def one(entered_by: dict[str, str] | None = None, **fields: object) -> Record:
    return Record(record_id="1", fields=fields, entered_by=entered_by or {})


def test_blanks_and_disguised_nulls_are_filled() -> None:
    for blank in ({}, {"country": None}, {"country": " "}, {"country": "Unknown"}):
        (found,) = enrich(READY, [one(**blank)], [offer("country", "DE")], NOW).fixes
        assert (found.before, found.after) == (blank.get("country"), "DE")
        assert fixing({"1": blank}, [found], who="x", at=NOW).changes


def test_what_a_person_entered_stands_and_the_conflict_is_shown() -> None:
    found = enrich(READY, [one(employees=40)], [offer("employees", 55)], NOW)
    assert found.fixes == ()
    assert [(c.kept, c.entered_by, c.offered, c.provider) for c in found.conflicts] == [(40, "a person", 55, "breeze")]
    assert enrich(READY, [one(employees=40)], [offer("employees", 40)], NOW).conflicts == ()


def test_a_provider_replaces_its_own_value_only_where_the_field_says_so() -> None:
    by = {"employees": "zoominfo", "country": "zoominfo"}
    record = one(by, employees=40, country="FR")
    found = enrich(READY, [record], [offer("employees", 55), offer("country", "DE")], NOW)
    assert [(fix.field, fix.before, fix.after) for fix in found.fixes] == [("employees", 40, 55)]
    assert [(c.field, c.entered_by) for c in found.conflicts] == [("country", "zoominfo")]
    trusted = one({"employees": "breeze"}, employees=40)
    assert enrich(READY, [trusted], [offer("employees", 55, "zoominfo")], NOW).fixes == ()


def test_the_most_trusted_then_the_latest_fills_and_the_others_are_shown() -> None:
    offers = [offer("country", "FR", "zoominfo"), offer("country", "AT", days=9), offer("country", "DE", days=2)]
    for given_offers in (offers, offers[::-1]):
        found = enrich(READY, [one()], given_offers, NOW)
        assert [fix.after for fix in found.fixes] == ["DE"]
        assert [(c.kept, c.offered, c.provider) for c in found.conflicts] == [("DE", "FR", "zoominfo")]


def test_what_the_agreement_does_not_admit_is_left_out_with_its_reason() -> None:
    offers = [
        offer("country", "DE", "other"),
        offer("website", "x.example"),
        offer("country", "DE", days=181),
        offer("country", "unknown"),
        Offer(record_id="9", field="country", value="DE", provider="breeze", known_at=NOW),
    ]
    found = enrich(READY, [one()], offers, NOW)
    assert found.fixes == ()
    assert [why for _, why in found.left_out] == [
        "other is not among the providers agreed: breeze, zoominfo",
        "website may not be filled; agreed: country, employees",
        "the data is 181 days old, at most 180 agreed",
        "says nothing itself",
        "there is no such record",
    ]
