"""Reading records as systems send them: a lead, or every reason why not; never a crash, never half a lead."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.leads.hygiene.policy import Nulls
from bothsides.leads.intake import Event, Lead, Refused, Source, parse_json, read_lead
from bothsides.schema import Side

NOW = 1_774_776_700
FORM = Source(name="web-form")


def read(raw: object, source: Source = FORM) -> Lead | Refused:
    return read_lead(raw, source, workspace="acme", now=NOW, ahead=300)


def reasons(raw: object, source: Source = FORM) -> tuple[str, ...]:
    found = read(raw, source)
    assert isinstance(found, Refused)
    return found.reasons


def test_a_record_becomes_a_lead_with_its_fields_and_events() -> None:
    lead = read(
        {
            "id": 17,
            "side": "Seller",
            "company": " Müller & Söhne GmbH ",
            "deal_size": "12,500.50",
            "employees": 40,
            "newsletter": True,
            "phone": None,
            "website": "",
            "created_at": "2026-03-29T10:30:00+01:00",
            "events": [{"event": "listing_added", "occurred_at": "2026-03-29T09:29:00Z", "amount": 5}],
        }
    )
    assert lead == Lead(
        lead_id=lead_id_of("17"),
        side=Side.SUPPLIER,
        source="web-form",
        created_at=1_774_776_600,
        fields={"company": "Müller & Söhne GmbH", "deal_size": 12500.5, "employees": 40, "newsletter": True},
        events=(Event(event="listing_added", occurred_at=1_774_776_540, amount=5.0),),
    )


def lead_id_of(key: str) -> str:
    lead = read({"id": key, "side": "buyer", "email": "x@y.example"})
    assert isinstance(lead, Lead)
    return lead.lead_id


def test_a_source_gives_what_the_record_does_not_say_and_renames_what_it_calls_otherwise() -> None:
    fair = Source(name="fair", side=Side.SUPPLIER, channel="event", campaign="hanover", rename={"Firma": "company"})
    lead = read({"Firma": "Acme", "channel": "walk-in"}, fair)
    assert isinstance(lead, Lead)
    assert lead.side is Side.SUPPLIER
    assert lead.fields == {"company": "Acme", "channel": "walk-in", "campaign": "hanover"}
    assert reasons({"Firma": "Acme", "company": "Other"}, fair) == (
        "company: given twice, as 'company' and under another name",
    )


def test_what_the_desk_decides_cannot_be_said_by_a_form() -> None:
    lead = read({"side": "buyer", "email": "a@b.example", "account_owner": "callum.reid", "priority": 9})
    assert isinstance(lead, Lead)
    assert lead.fields == {"email": "a@b.example", "given_account_owner": "callum.reid", "given_priority": 9}


def test_a_record_without_a_key_is_known_by_its_content() -> None:
    one, again, other = (
        read({"side": "buyer", "email": email, "company": "A"})
        for email in ("a@x.example", "a@x.example", "b@x.example")
    )
    assert isinstance(one, Lead)
    assert isinstance(other, Lead)
    assert one == again
    assert not one.has_key
    assert one.lead_id != other.lead_id


def test_an_event_without_a_moment_has_that_of_its_record_and_says_so() -> None:
    told = {"company": "Marsh", "side": "buyer", "events": [{"event": "demo_requested"}]}
    created = {**told, "created_at": "2026-03-29T09:20:00Z"}
    ahead = {**told, "created_at": "2026-03-29T09:35:00Z"}  # 200 seconds from now by this desk's clock
    empty = {**told, "events": [{"event": "demo_requested", "occurred_at": ""}]}
    dated = {**told, "events": [{"event": "demo_requested", "occurred_at": "2026-03-29T09:20:00Z"}]}
    for raw, at, is_dated in (
        (told, NOW, False),
        (created, 1_774_776_000, False),
        (ahead, NOW + 200, False),
        (empty, NOW, False),
        (dated, 1_774_776_000, True),
    ):
        lead = read(raw)
        assert isinstance(lead, Lead)
        assert lead.events == (Event(event="demo_requested", occurred_at=at, is_dated=is_dated),)


def test_every_mistake_is_named_at_once() -> None:
    found = reasons(
        {
            "side": "both",
            "created_at": "yesterday",
            "deal_size": "a lot",
            "tags": ["x"],
            "note": "\x00",
            "events": [{"event": "Demo!", "occurred_at": 5, "amount": "many"}, 7],
            "id": 1.5,
        }
    )
    assert [reason.partition(":")[0] for reason in found] == [
        "side", "created_at", "deal_size", "tags", "note", "events[0].event", "events[0].occurred_at",
        "events[0].amount", "events[1]", "id",
    ]  # fmt: skip
    assert 'side: "both" must be buyer or supplier' in found


def test_a_source_may_have_its_own_words_for_a_side() -> None:
    messe = Source(name="messe", sides={"Einkäufer": Side.BUYER, "Aussteller": Side.SUPPLIER})
    for word, side in (("EINKÄUFER ", Side.BUYER), ("aussteller", Side.SUPPLIER), ("Vendor", Side.SUPPLIER)):
        lead = read({"side": word, "email": "a@b.example"}, messe)
        assert isinstance(lead, Lead)
        assert lead.side is side
    refused = read({"side": "Presse", "email": "a@b.example"}, messe)
    assert isinstance(refused, Refused)
    assert refused.reasons == ('side: "Presse" must be buyer or supplier, or Einkäufer, or Aussteller',)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "must be an object"),
        ("x", "must be an object"),
        ({"side": "buyer"}, "nothing to reach anybody by"),
        ({"side": "buyer", "email": "a@b.example", "deal_size": "120.000"}, "may be 120 or 120000"),
        ({"side": "buyer", "email": "a@b.example", "deal_size": "-5"}, '"-5" must not be below zero'),
        ({"side": "buyer", "email": "a@b.example", "deal_size": -5}, "-5 must not be below zero"),
        ({"side": "buyer", "email": "a@b.example", "employees": True}, "true must be a number"),
        ({"email": "a@b.example"}, "side: missing; must be buyer or supplier"),
        ({"side": "buyer", "email": "a" * 10_001}, "at most 10000"),
        ({"side": "buyer", **{f"f{n}": 1 for n in range(201)}}, "at most 200 are kept"),
        ({"side": "buyer", "n": 10**30}, "too large"),
        ({"side": "buyer", "n": 10**400}, "too large"),
        ({"side": "buyer", "n": float("nan")}, "too large"),
        ({"side": "buyer", "events": [{"event": "demo_requested", "amount": -(10**400)}]}, "must be a number"),
        ({"side": "buyer", "events": [{"event": "demo_requested", "amount": float("inf")}]}, "must be a number"),
        ({"side": "buyer", "name": "\ud800"}, "surrogate"),
        ({"side": "buyer", "email": "a@b.example", "created_at": "2026-03-29T09:30:00"}, "with its zone"),
        ({"side": "buyer", "email": "a@b.example", "created_at": "2026-03-29T12:30:00Z"}, "in the future"),
        ({"side": "buyer", "email": "a@b.example", "created_at": "1931-03-29T12:30:00Z"}, "before 1970"),
    ],
)
def test_what_is_no_lead_says_why(raw: object, said: str) -> None:
    assert any(said in reason for reason in reasons(raw))


def test_numbers_are_read_as_the_source_writes_them() -> None:
    german, english = Source(name="messe", decimal=","), Source(name="fair", decimal=".")
    for source, written, meant in (
        (german, "120.000", 120_000),
        (german, "1.250,50", 1250.5),
        (english, "120.000", 120),
        (FORM, "1.250,50", 1250.5),
        (FORM, "12,50", 12.5),
        (FORM, "12,500", 12_500),
        (FORM, "1.250.000", 1_250_000),
        (FORM, "12\u202f500", 12_500),
        (FORM, "60000.000", 60_000),
        (FORM, "0.125", 0.125),
    ):
        lead = read({"side": "buyer", "email": "a@b.example", "deal_size": written}, source)
        assert isinstance(lead, Lead), lead
        assert lead.fields["deal_size"] == meant
    for source, written in (
        (english, "1.250,50"),
        (german, "1,250.50"),
        (FORM, "1_000"),
        (FORM, "1,2,3"),
        (FORM, "12k"),
    ):
        (reason,) = reasons({"side": "buyer", "email": "a@b.example", "deal_size": written}, source)
        assert "is not a number such as" in reason


@pytest.mark.parametrize("name", ["sku_count", "employees"])
def test_what_counts_things_is_a_whole_number_read_as_the_source_writes_it(name: str) -> None:
    italian, english = Source(name="fiera", decimal=","), Source(name="fair", decimal=".")
    for source, written in ((italian, "1.200"), (FORM, "1,200"), (FORM, "1 200"), (FORM, "1200"), (FORM, 1200.0)):
        lead = read({"side": "supplier", "email": "a@b.example", name: written}, source)
        assert isinstance(lead, Lead), lead
        assert (lead.fields[name], type(lead.fields[name])) == (1200, int)
    for source, written, said in (
        (FORM, "1.200", "may be 1.2 or 1200"),
        (italian, "1.200,5", '"1.200,5" must be a whole number'),
        (english, "1.200", '"1.200" must be a whole number'),
        (FORM, 12.5, "12.5 must be a whole number"),
        (FORM, "zwoelf", '"zwoelf" is not a number'),
        (FORM, -3, "must not be below zero"),
        (FORM, True, "must be a number"),
    ):
        (reason,) = reasons({"side": "supplier", "email": "a@b.example", name: written}, source)
        assert reason.startswith(f"{name}: ")
        assert said in reason


def test_a_record_that_names_nobody_says_what_it_is_where_nobody_knows_it() -> None:
    lead = read({"id": 7, "side": "buyer", "deal_size": 19_000})
    assert isinstance(lead, Lead)
    assert lead.unnamed is not None
    assert lead.unnamed.reasons == (
        "says nothing to reach anybody by: give at least one of company, name, email, phone",
    )
    named = read({"id": 7, "side": "buyer", "phone": "020 7946 0001"})
    assert isinstance(named, Lead)
    assert named.unnamed is None


def test_a_source_says_where_its_moments_are_local_and_how_it_writes_dates() -> None:
    fiera = Source(name="fiera", time_zone="Europe/Rome", dates="day_first")
    told = {"side": "buyer", "company": "Rossi", "created_at": "27/03/2026 09:15"}
    lead = read({**told, "events": [{"event": "demo_requested", "occurred_at": "28.03.2026"}]}, fiera)
    assert isinstance(lead, Lead)
    assert lead.created_at == 1_774_599_300
    assert lead.events == (Event(event="demo_requested", occurred_at=1_774_652_400),)
    (reason,) = reasons(told)
    assert 'needs dates = "day_first" or "month_first", and time_zone = "Europe/Berlin"' in reason
    (reason,) = reasons({**told, "created_at": "2026-04-08T05:31:40Z"})
    assert "is 9 days 20 hours in the future; at most 5 minutes are believed" in reason


def test_a_clock_that_is_a_little_ahead_is_now() -> None:
    lead = read({"side": "buyer", "email": "a@b.example", "created_at": "2026-03-29T09:35:00Z"})
    assert isinstance(lead, Lead)
    assert lead.created_at == NOW


def test_a_refused_record_keeps_what_came_and_is_the_same_record_again() -> None:
    first, second = read({"side": "?", "email": "a@b.example"}), read({"email": "a@b.example", "side": "?"})
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert json.loads(first.raw) == {"side": "?", "email": "a@b.example"}
    assert first.refused_id == second.refused_id


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'[{"side": "buyer", "side": "supplier"}]', '"side" stands twice in one object'),
        (b"{", "is not JSON: "),
        (b"\xff\xfe", "not UTF-8: byte 0"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b"[" * 200_000, "nests too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "4300 digits"),
    ],
)
def test_a_body_that_is_no_json_is_told_in_words(body: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_json(body)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=6)),
    max_leaves=20,
)


@given(_JSON, st.dictionaries(st.sampled_from(["id", "side", "created_at", "events", "email", "deal_size"]), _JSON))
def test_whatever_comes_is_a_lead_or_has_reasons_and_can_be_stored(value: object, known: dict[str, object]) -> None:
    for raw in (value, known, {**known, "side": "buyer", "email": "a@b.example"}):
        found = read(raw)
        if isinstance(found, Refused):
            assert found.reasons
            found.raw.encode()
            assert "\x00" not in found.raw
        else:
            text = json.dumps(dict(found.fields), allow_nan=False, ensure_ascii=False)
            assert "\\u0000" not in text
            text.encode()
            assert found.created_at <= NOW


def test_an_email_that_is_no_address_reaches_nobody_and_counts_as_unknown() -> None:
    lead = read({"id": 1, "side": "buyer", "company": "Acme", "email": "bob@steelsons"})
    assert isinstance(lead, Lead)
    assert lead.fields == {"company": "Acme", "given_email": "bob@steelsons"}
    assert lead.unnamed is None
    alone = read({"id": 2, "side": "buyer", "email": "nope", "deal_size": 5})
    assert isinstance(alone, Lead)
    assert alone.unnamed is not None
    assert alone.unnamed.reasons[0] == 'email: "nope" is no address such as ana@acme.example'


@pytest.mark.parametrize(
    ("given", "kept", "why"),
    [
        ({"company": " N/A "}, {"given_company": "N/A"}, 'company: "N/A" says that it is not known'),
        ({"company": "-"}, {"given_company": "-"}, 'company: "-" says that it is not known'),
        ({"email": "test@test.com"}, {"given_email": "test@test.com"}, 'email: "test@test.com" reaches nobody'),
        ({"email": "NoReply@acme.io"}, {"given_email": "NoReply@acme.io"}, 'email: "NoReply@acme.io" reaches nobody'),
        ({"name": "test"}, {"given_full_name": "test"}, 'name: "test" says that it is not known'),
        ({"phone": "none"}, {"given_phone": "none"}, 'phone: "none" says that it is not known'),
    ],
)
def test_what_only_fills_a_form_is_kept_beside_and_says_nobody(
    given: dict[str, str], kept: dict[str, str], why: str
) -> None:
    beside = read({"id": 1, "side": "buyer", "website": "acme.example", **given})
    assert isinstance(beside, Lead)
    assert beside.fields == {"website": "acme.example", **kept}
    assert beside.unnamed is None
    alone = read({"id": 1, "side": "buyer", **given})
    assert isinstance(alone, Lead)
    assert alone.unnamed is not None
    assert alone.unnamed.reasons[0] == why


def test_which_words_say_nothing_is_agreed_and_somebody_may_be_called_na() -> None:
    record = {"id": 1, "side": "buyer", "company": "Test", "name": "Na", "surname": "Null", "city": "unknown"}
    nulls = Nulls(words=("keine Angabe", "na", "null"))
    lead = read_lead(record, Source(name="fair"), workspace="acme", now=NOW, ahead=300, nulls=nulls)
    assert isinstance(lead, Lead)
    assert lead.fields == {"company": "Test", "name": "Na", "surname": "Null", "city": "unknown"}
    told = {**record, "company": "keine angabe"}
    lead = read_lead(told, Source(name="fair"), workspace="acme", now=NOW, ahead=300, nulls=nulls)
    assert isinstance(lead, Lead)
    assert "company" not in lead.fields


def test_a_value_is_shown_as_it_came_and_what_no_database_keeps_is_written_out() -> None:
    (said,) = reasons({"side": "buyer", "company": "Acme", "deal_size": "€ 55,000"})
    assert said.startswith('deal_size: "€ 55,000" is not a number')
    (said,) = reasons({"side": "\ud800", "company": "Acme"})
    assert said.startswith('side: "\\ud800" must be')


@pytest.mark.parametrize(
    ("given", "size"),
    [("9007199254740993", 2**53 + 1), ("9,007,199,254,740,993.00", 2**53 + 1), ("9223372036854775807", 2**63 - 1),
     ("12.0", 12), ("0.1", 0.1), ("1e3", 1000), ("1e-2", 0.01)],
)  # fmt: skip
def test_a_large_number_is_read_to_its_last_digit(given: str, size: float) -> None:
    lead = read({"side": "buyer", "email": "a@b.example", "deal_size": given})
    assert isinstance(lead, Lead)
    assert lead.fields["deal_size"] == size
    assert type(lead.fields["deal_size"]) is type(size)


@pytest.mark.parametrize("given", ["9223372036854775808", "1e40", "9" * 5000])
def test_a_number_that_no_database_keeps_is_too_large(given: str) -> None:
    refused = read({"side": "buyer", "email": "a@b.example", "deal_size": given})
    assert isinstance(refused, Refused)
    assert refused.reasons[0].endswith("is too large a number")
