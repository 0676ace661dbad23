"""`bothsides leads`: agreement drafted, files taken in, happenings told, one lead whole."""

import json
from pathlib import Path

import pytest
from cyclopts import CycloptsError
from tests.cli.desk_runs import EXAMPLE, VISITORS, DeskRuns, desk_at, did, widest

from bothsides.workspace import Workspace
from bothsides.workspace.stores import open_logbook


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


def hot(desk: DeskRuns, n: int = 1) -> str:
    """A buyer's lead that sales has."""
    return desk.lead(
        id=f"H{n}",
        company=f"{'Harland Oakley Marsh'.split()[n]} Works",
        name=f"{'Joan Ada Tim'.split()[n]} {'Lund Berg Stone'.split()[n]}",
        email=f"{'joan ada tim'.split()[n]}@{'lundco bergltd stoneag'.split()[n]}.example",
        deal_size=12_000,
        events=did("demo_requested", "quote_requested"),
    )


def test_two_of_no_company_and_no_address_are_two_and_shown_as_such(desk: DeskRuns) -> None:
    path = desk.folder / "two.jsonl"
    one = {"side": "buyer", "company": "n/a", "email": "test@test.com", "country": "GB", "deal_size": 60_000}
    two = [{**one, "id": "1", "name": "Joan Harland"}, {**one, "id": "2", "name": "Tim Marsh", "company": "none"}]
    path.write_text("\n".join(json.dumps(record) for record in (*two, {**one, "id": "3"})))
    taken = desk.record("leads", "take", path, "--source", "api")
    assert (taken["new"], taken["merged"], taken["refused"]) == (2, 0, 1)
    (reasons,) = (record["reasons"] for record in desk.record("leads", "refused"))
    assert reasons[0] == 'company: "n/a" says that it is not known'
    found = desk.record("leads")["leads"]
    assert [lead["company"] for lead in found] == ["", ""]
    shown = desk.record("leads", "show", found[0]["lead_id"])["fields"]
    assert (shown["given_company"], shown["given_email"]) in (("n/a", "test@test.com"), ("none", "test@test.com"))
    fixes = desk.record("hygiene", "fixes")
    assert {(fix["check"], fix["field"]) for fix in fixes} >= {("null", "given_company"), ("address", "email")}


def test_every_line_of_a_file_is_accounted_for_and_sent_again_it_changes_nothing(desk: DeskRuns) -> None:
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    first = desk.record("leads", "take", path, "--source", "trade_fair")
    (file,) = first["files"]
    assert file["lines"] == {"physical": 7, "header": 1, "blank": 1, "record": 5, "quarantined": 0}
    assert (first["read"], first["new"], first["refused"]) == (5, 3, 2)
    assert sum(first[name] for name in ("new", "merged", "known", "changed", "refused")) == first["read"]
    again = desk.record("leads", "take", path, "--source", "trade_fair")
    assert (again["new"], again["known"], again["refused"]) == (0, 3, 2)
    listed = desk.record("leads", "--side", "buyer")
    assert {lead["company"] for lead in listed["leads"]} == {"Harland Pumps Ltd", "Marsh Valves"}
    whole = desk.record("leads", "show", listed["leads"][0]["lead_id"])
    assert whole["fields"]["deal_size"] in (60000, 9000)
    text = desk.text("leads", "take", path, "--source", "trade_fair")
    assert "7 lines: 1 header, 1 blank, 5 of records, 0 unreadable" in text
    assert "5 read: 0 new, 0 merged, 3 known, 0 changed, 2 refused" in text
    assert "    1 time  " in text
    assert "1 times" not in text


def test_what_cannot_be_read_at_all_is_kept_with_its_line(desk: DeskRuns) -> None:
    path = desk.folder / "leads.jsonl"
    path.write_text('{"side": "buyer", "email": "a@b.example"}\n{"side": "buyer", \n\n')
    taken = desk.record("leads", "take", path, "--source", "api")
    assert (taken["read"], taken["new"], taken["refused"]) == (2, 1, 1)
    assert taken["files"][0]["lines"]["quarantined"] == 1
    (kept,) = desk.record("leads", "refused")
    assert "leads.jsonl line 2: invalid_json" in kept["reasons"][0]


def test_a_list_shows_how_it_writes_numbers_and_what_may_mean_two_is_refused(desk: DeskRuns) -> None:
    path = desk.folder / "messe.csv"
    path.write_text("id;side;company;deal_size\n1;buyer;Bär KG;120.000\n2;buyer;Groß AG;1.250,50\n3;buyer;;7,5\n")
    taken = desk.record("leads", "take", path, "--source", "messe")
    assert (taken["read"], taken["new"], taken["refused"]) == (3, 2, 1)
    assert [reason[:38] for reason in taken["files"][0]["reasons"]] == ["says nothing to reach anybody by: give"]
    sizes = {
        desk.record("leads", "show", lead["lead_id"])["fields"]["deal_size"]
        for lead in desk.record("leads")["leads"]
        if lead["company"] in ("Bär KG", "Groß AG")
    }
    assert sizes == {120_000, 1250.5}
    path.write_text("id;side;company;deal_size\n4;buyer;Weiß KG;120.000\n")
    assert desk.record("leads", "take", path, "--source", "messe")["refused"] == 1


def test_one_number_alone_does_not_say_how_a_list_writes_decimals_and_what_is_open_stays_open(desk: DeskRuns) -> None:
    path = desk.folder / "fair.csv"
    path.write_text('id,side,company,deal_size\n1,buyer,Moss,"52.000,50"\n2,buyer,Fern,"120,000"\n')
    said = desk.text("leads", "take", path, "--source", "fair")
    assert '52.000,50 has "," before decimals: too little to go by' in said
    assert "2 read: 1 new, 0 merged, 0 known, 0 changed, 1 refused" in said
    (open_still,) = desk.record("leads", "retry")["still_refused"]
    assert "may be 120000 or 120" in open_still["reasons"][0]
    assert desk.record("leads", "retry", open_still["record"], "--set", "deal_size=120000")["new"] == 1
    path.write_text('id,side,company,deal_size\n3,buyer,Elm,"52.000,50"\n4,buyer,Oak,"7,5"\n')
    (file,) = desk.record("leads", "take", path, "--source", "fair")["files"]
    assert (file["decimal"], file["decimal_shown_by"]) == (",", {",": ["52.000,50", "7,5"]})


def test_a_file_that_is_no_list_of_leads_is_one_error_and_keeps_nothing(desk: DeskRuns) -> None:
    path = desk.folder / "x.csv"
    path.write_text("a;b\n1;2\n")
    for file, words in ((path, "It has 'a', 'b'; leads are told by company, name"), (EXAMPLE / "sla.toml", "sla.toml")):
        with pytest.raises(ValueError, match=f"{words}.*rename of the source 'fair' in agreement/intake.toml"):
            desk.text("leads", "take", file, "--source", "fair")
    assert desk.record("leads", "refused") == []


def test_a_refused_record_that_is_no_lead_is_discarded_for_good(desk: DeskRuns) -> None:
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    desk.record("leads", "take", path, "--source", "trade_fair")
    one, _ = desk.record("leads", "refused")
    with pytest.raises(ValueError, match="name what to discard"):
        desk.text("leads", "discard", "--why", "a joke")
    said = ("--why", "a joke", "--by", "ana")
    assert desk.record("leads", "discard", one["record"][:8], *said) == {"discarded": 1}
    assert desk.record("leads", "take", path, "--source", "trade_fair")["refused"] == 2
    assert len(desk.record("leads", "refused")) == 1
    assert desk.record("leads", "discard", "--source", "trade_fair", *said) == {"discarded": 1}
    assert desk.record("leads", "refused") == []


def test_a_refused_record_is_corrected_and_taken_in(desk: DeskRuns) -> None:
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    desk.record("leads", "take", path, "--source", "trade_fair")
    kept = {tuple(sorted(one["raw"])): one for one in desk.record("leads", "refused", "--source", "trade_fair")}
    pirate = next(one for one in kept.values() if one["raw"].get("Company") == "Black Flag")
    assert pirate["reasons"] == ['side: "pirate" must be buyer or supplier']
    done = desk.record("leads", "retry", pirate["record"][:8], "--set", "Visitor type=supplier")
    assert (done["new"], done["refused"]) == (1, 0)
    assert [lead["company"] for lead in desk.record("leads", "--side", "supplier")["leads"]].count("Black Flag") == 1
    assert len(desk.record("leads", "refused")) == 1
    with pytest.raises(LookupError, match="no such record waits"):
        desk.text("leads", "retry", "zzzz")
    with pytest.raises(ValueError, match=r"--set 'side': must be field=value"):
        desk.text("leads", "retry", "zzzz", "--set", "side")


def test_a_misspelt_field_of_a_correction_is_told_and_nothing_is_taken_in(desk: DeskRuns) -> None:
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    desk.record("leads", "take", path, "--source", "trade_fair")
    pirate = next(one for one in desk.record("leads", "refused") if one["raw"].get("Company") == "Black Flag")
    said = ("--set", "Visitor type=supplier", "--set", "employes=9")
    with pytest.raises(ValueError, match="--set 'employes': no field of leads is called so; did you mean 'employees'"):
        desk.text("leads", "retry", pirate["record"], *said)
    assert len(desk.record("leads", "refused")) == 2
    assert desk.record("leads")["total"] == 3


def journal_lines(desk: DeskRuns) -> int:
    with open_logbook(Workspace.open(desk.folder), {}).reading() as book:
        return int(book.all("SELECT count(*) FROM entries")[0][0])


def test_a_record_that_a_file_tells_twice_stands_as_told_last_and_the_file_again_changes_nothing(
    desk: DeskRuns,
) -> None:
    path = desk.folder / "twice.csv"
    path.write_text(
        "id,side,company,email,deal_size,city\n"
        "2,buyer,Marsh Valves,m@marsh.example,12000,Leeds\n"
        "3,buyer,Harland Pumps,h@harland.example,9000,\n"
        "2,buyer,Marsh Valves,m@marsh.example,19000,\n"
        "3,pirate,Harland Pumps,h@harland.example,1,\n"
    )
    first = desk.record("leads", "take", path, "--source", "api")
    counted = {"read": 4, "new": 2, "merged": 0, "known": 0, "changed": 0, "repeated": 1, "refused": 1}
    assert {name: first[name] for name in counted} == counted
    lines = journal_lines(desk)
    again = desk.record("leads", "take", path, "--source", "api")
    assert {name: again[name] for name in counted} == counted | {"new": 0, "known": 2}
    assert journal_lines(desk) == lines
    leads = {lead["company"]: lead["lead_id"] for lead in desk.record("leads")["leads"]}
    fields = desk.record("leads", "show", leads["Marsh Valves"])["fields"]
    assert (fields["deal_size"], fields["city"]) == (19000, "Leeds")
    (kept,) = desk.record("leads", "refused")
    assert desk.record("leads", "retry", kept["record"], "--set", "side=buyer", "--set", "deal_size=9000")["known"] == 1
    after = desk.record("leads", "take", path, "--source", "api")
    assert (after["known"], after["repeated"], after["refused"], after["read"]) == (3, 1, 0, 4)
    assert "1 told again further down, 0 refused" in desk.text("leads", "take", path, "--source", "api")


def test_a_refused_telling_that_its_file_corrects_further_down_never_comes_back_over_the_correction(
    desk: DeskRuns,
) -> None:
    path = desk.folder / "corrected.csv"
    path.write_text(
        "id,side,company,email,deal_size\n"
        "1,pirate,Marsh Valves,m@marsh.example,12000\n"
        "1,buyer,Marsh Valves,m@marsh.example,19000\n"
        "2,buyer,Harland Pumps,h@harland.example,9000\n"
        "2,pirate,Harland Pumps,h@harland.example,8000\n"
    )
    assert desk.record("leads", "take", path, "--source", "api")["refused"] == 2
    (kept,) = desk.record("leads", "refused")
    assert kept["raw"]["id"] == 2
    again = desk.record("leads", "take", path, "--source", "api")
    assert (again["known"], again["refused"], again["changed"]) == (3, 1, 0)
    assert desk.record("leads", "retry", "--set", "side=buyer", kept["record"])["changed"] == 1
    leads = {lead["company"]: lead["lead_id"] for lead in desk.record("leads")["leads"]}
    sizes = {name: desk.record("leads", "show", lead)["fields"]["deal_size"] for name, lead in leads.items()}
    assert sizes == {"Marsh Valves": 19000, "Harland Pumps": 8000}


def test_a_correction_by_our_name_replaces_the_column_that_is_renamed_to_it(desk: DeskRuns) -> None:
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    desk.record("leads", "take", path, "--source", "trade_fair")
    pirate = next(one for one in desk.record("leads", "refused") if one["raw"].get("Company") == "Black Flag")
    done = desk.record("leads", "retry", pirate["record"], "--set", "side=buyer", "--set", "deal_size=9000")
    assert (done["new"], done["refused"]) == (1, 0)


def test_what_was_refused_waits_no_more_once_its_record_was_sent_right_and_keeps_when_it_came(desk: DeskRuns) -> None:
    path = desk.folder / "list.csv"
    path.write_text("id,side,company\n1,pirate,Bay Pumps\n2,pirate,Elm Valves\n")
    assert desk.record("leads", "take", path, "--source", "fair")["refused"] == 2
    path.write_text("id,side,company\n1,buyer,Bay Pumps\n")
    assert desk.record("leads", "take", path, "--source", "fair", at="2026-03-31T10:00")["new"] == 1
    (kept,) = desk.record("leads", "refused", at="2026-03-31T10:00")
    assert kept["raw"]["id"] == 2
    assert desk.record("leads", "retry", at="2026-03-31T11:00")["refused"] == 1
    (after,) = desk.record("leads", "refused", at="2026-03-31T11:00")
    assert after["received_at"] == kept["received_at"]


def test_a_header_that_is_nearly_a_field_of_ours_loses_nothing_silently(desk: DeskRuns) -> None:
    path = desk.folder / "list.csv"
    path.write_text("ID,Side,Company,Deal-Size,sku count,Contry,shoe size\n1,supplier,Bay Pumps,9000,12,GB,42\n")
    taken = desk.record("leads", "take", path, "--source", "fair")
    (file,) = taken["files"]
    assert (taken["new"], file["notes"]) == (1, ["'Contry' is kept as a field of its own; did you mean country?"])
    (one,) = desk.record("leads")["leads"]
    fields = desk.record("leads", "show", one["lead_id"])["fields"]
    assert (fields["company"], fields["deal_size"], fields["sku_count"]) == ("Bay Pumps", 9000, 12)
    assert (fields["Contry"], fields["shoe size"]) == ("GB", 42)
    assert "'Contry' is kept as a field of its own; did you mean country?" in desk.text(
        "leads", "take", path, "--source", "fair"
    )


def test_two_columns_that_are_one_field_are_an_error_of_the_file(desk: DeskRuns) -> None:
    path = desk.folder / "list.csv"
    path.write_text("id,side,company,deal_size,Deal Size\n1,buyer,Bay Pumps,9000,8000\n")
    with pytest.raises(ValueError, match=r"list\.csv: two columns are one field.*'deal_size' and 'Deal Size' are both"):
        desk.text("leads", "take", path, "--source", "fair")
    path.write_text("Visitor type,side,Company\nbuyer,supplier,Bay Pumps\n")
    with pytest.raises(ValueError, match="'Visitor type' and 'side' are both 'side'"):
        desk.text("leads", "take", path, "--source", "trade_fair")
    assert desk.record("leads", "refused") == []


def test_a_line_that_could_not_be_read_is_taken_with_all_that_it_is_to_say(desk: DeskRuns) -> None:
    path = desk.folder / "leads.jsonl"
    path.write_text('{"side": "buyer", "email": "a@b.example"}\n{"side": "buyer", \n')
    desk.record("leads", "take", path, "--source", "api")
    still = desk.record("leads", "retry")
    assert (still["new"], still["refused"]) == (0, 1)
    first, hint = still["still_refused"][0]["reasons"]
    assert "leads.jsonl line 2: invalid_json" in first
    assert "give all that the lead is to have with --set" in hint
    (kept,) = desk.record("leads", "refused")
    said = ("--set", "side=buyer", "--set", "email=c@d.example")
    assert desk.record("leads", "retry", kept["record"], *said)["new"] == 1
    again = desk.record("leads", "take", path, "--source", "api")
    assert (again["known"], again["refused"], again["read"]) == (2, 0, 2)


def test_a_lead_is_shown_by_its_companys_name(desk: DeskRuns) -> None:
    lead = hot(desk)
    hot(desk, 2)
    assert desk.record("leads", "show", "oakley works ltd")["lead_id"] == lead
    desk.lead(id="S", side="supplier", company="Oakley Works", name="Joe Bird", email="joe@bird.example")
    with pytest.raises(LookupError, match=f"'Oakley Works' is not one lead: .*{lead[:8]} Oakley Works"):
        desk.text("leads", "show", "Oakley Works")


def test_one_lead_whole_says_score_route_clocks_and_history(desk: DeskRuns) -> None:
    lead = hot(desk)
    whole = desk.record("leads", "show", lead[:6])
    assert whole["lead_id"] == lead
    assert sum(reason["points"] for reason in whole["score"]["reasons"]) == whole["score"]["points"]
    assert whole["route"]["rule"] == "United Kingdom and Ireland"
    assert any(step.startswith("rule large buyers: deal_size is 12000") for step in whole["route"]["trace"])
    assert {clock["clause"] for clock in whole["clocks"]} >= {"first_touch"}
    assert all(clock["left_seconds"] > 0 for clock in whole["clocks"])
    assert [one["kind"] for one in whole["history"]][:3] == ["lead_received", "event_seen", "event_seen"]
    assert set(whole) == {
        "lead_id", "side", "source", "created_at", "received_at", "stage", "is_open", "merged_into", "fields", "match",
        "score", "override", "priority", "worth", "currency", "owner", "pool", "queue", "route", "events", "attempts",
        "first_touch_at", "last_touch_at", "disposition", "clocks", "agenda", "history",
    }  # fmt: skip
    text = desk.text("leads", "show", lead)
    assert "2026-03-31 10:00" in text  # London, not UTC
    assert "Times in Europe/London." in text
    before, history = text.split("\nwhen", 1)
    assert widest(before) <= 100
    assert "…" not in history, "what happened is told whole: a terminal wraps it, a pipe has one line of it"


def test_a_list_is_filtered_and_fits_a_terminal(desk: DeskRuns) -> None:
    for n in range(3):
        hot(desk, n)
    cold = desk.lead(id="C1", company="Reed", name="Ola Reed", email="ola@reed.example")
    everything = desk.record("leads")
    assert everything["total"] == 4
    sales = desk.record("leads", "--band", "sales", "--open")
    assert {lead["lead_id"] for lead in sales["leads"]} == {lead["lead_id"] for lead in everything["leads"]} - {cold}
    owner = sales["leads"][0]["owner"]
    assert {lead["owner"] for lead in desk.record("leads", "--owner", owner)["leads"]} == {owner}
    assert desk.record("leads", "--queue", "nurture")["leads"][0]["lead_id"] == cold
    assert desk.record("leads", "--limit", 1)["total"] == 4
    assert widest(desk.text("leads")) <= 100
    with pytest.raises(ValueError, match=r"--stage 'sql': must be one of visitor, lead, mql"):
        desk.text("leads", "--stage", "sql")


def test_what_nobody_knows_is_named_and_no_empty_list(desk: DeskRuns) -> None:
    desk.lead(name="Ada Fox", company="Fox Ltd")
    for words, said in (
        (("leads", "--owner", "priya.nail"), "--owner 'priya.nail': no member is called so; did you mean priya.nair"),
        (("leads", "--queue", "nurtur"), "--queue 'nurtur': no queue is called so; did you mean nurture?"),
        (("leads", "take", "x.csv", "--source", "Fa!r"), "--source 'Fa!r': must be 1 to 63 lower-case letters"),
        (("leads", "override", "3f9a", "sales", "--until", "soon", "--why", "x"), "--until 'soon' is not a moment"),
    ):
        with pytest.raises((LookupError, ValueError)) as raised:
            desk.text(*words)
        assert str(raised.value).startswith(said)
    with pytest.raises(CycloptsError, match="Must be >= 1"):
        desk.text("leads", "--limit", "0")


def test_an_unknown_lead_is_named_with_what_is_like_it(desk: DeskRuns) -> None:
    lead = hot(desk)
    with pytest.raises(LookupError, match=f"did you mean {lead}"):
        desk.text("leads", "show", "f" + lead[1:])
    with pytest.raises(LookupError, match="give at least 4 letters"):
        desk.text("leads", "show", lead[:2])


def test_happenings_are_told_one_by_one(desk: DeskRuns) -> None:
    lead = hot(desk)
    owner = desk.record("leads", "show", lead)["owner"]
    told = desk.record("leads", "touch", lead, "--kind", "call", "--by", owner, "--touch-id", "c1")
    assert (told["told"], told["new"]) == (1, 1)
    assert desk.record("leads", "touch", lead, "--kind", "call", "--by", owner, "--touch-id", "c1")["new"] == 0
    clocks = {one["clause"]: one["status"] for one in desk.record("leads", "show", lead)["clocks"]}
    assert clocks["first_touch"] == "met"
    desk.record("leads", "verdict", lead, "accepted", "--by", owner)
    moved = desk.record("leads", "stage", lead, "opportunity", "--by", owner, at="2026-04-01T09:00")
    assert moved["leads"][0]["stage"] == "opportunity"
    before = desk.record("leads", "show", lead, at="2026-04-01T09:00")["events"]
    desk.record("leads", "event", lead, "pricing_viewed", at="2026-04-01T10:00")
    assert len(desk.record("leads", "show", lead, at="2026-04-01T10:00")["events"]) == len(before) + 1
    with pytest.raises(ValueError, match="kind = 'pigeon': must be one of call, email, meeting, chat, other"):
        desk.text("leads", "touch", lead, "--kind", "pigeon")


def test_a_file_of_happenings_is_written_down_whole_or_not_at_all(desk: DeskRuns) -> None:
    lead = hot(desk)
    path = desk.folder / "calls.jsonl"
    lines = [{"what": "touch", "lead": lead[:8], "kind": "call", "id": f"c{n}"} for n in range(3)]
    lines += [{"what": "call", "lead": lead}, {"what": "touch", "lead": "nobody"}]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    with pytest.raises(ValueError, match=r"line 4: what = 'call'.*line 5: lead 'nobody'.*nothing was written down"):
        desk.text("leads", "happened", path)
    assert desk.record("leads", "show", lead)["attempts"] == 0
    path.write_text("\n".join(json.dumps(line) for line in lines[:3]))
    assert desk.record("leads", "happened", path)["new"] == 3
    assert desk.record("leads", "happened", path)["new"] == 0
    assert desk.record("leads", "show", lead)["attempts"] == 3


def test_a_drafted_agreement_loads_gives_the_first_lead_out_and_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "bothsides.toml").write_text('name = "new"\ncurrency = "EUR"\ntime_zone = "Europe/Berlin"\n')
    desk = DeskRuns(folder=folder, capture=capsys)
    drafted = desk.record("leads", "agree", "--member", "ana.ruiz", at=None)
    assert drafted["written"] == ["calendar.toml", "decay.toml", "routing.toml", "scoring.toml", "sla.toml"]
    assert 'zone = "Europe/Berlin"' in (folder / "agreement" / "calendar.toml").read_text()
    (folder / "agreement" / "decay.toml").write_text("# ours\nrule = []\n")
    again = desk.record("leads", "agree", at=None)
    assert (again["written"], len(again["left"])) == ([], 5)
    assert (folder / "agreement" / "decay.toml").read_text().startswith("# ours")
    lead = desk.lead(
        id="1", company="Acme", name="A B", email="a@acme.example", events=did("demo_requested", "quote_requested")
    )
    assert desk.record("leads", "show", lead)["owner"] == "ana.ruiz"
    with pytest.raises(ValueError, match=r"--member 'a b': must be 1 to 100 letters"):
        desk.text("leads", "agree", "--member", "a b", at=None)
    with pytest.raises(FileNotFoundError, match=r"holds none of intake.toml"):
        desk.text("leads", "agree", "--from", tmp_path, at=None)


def test_the_simulated_quarters_agreement_can_be_begun_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "bothsides.toml").write_text('name = "new"\ncurrency = "GBP"\n')
    drafted = DeskRuns(folder=folder, capture=capsys).record("leads", "agree", "--example", at=None)
    assert {"routing.toml", "reasons.toml", "matching.toml"} <= set(drafted["written"])


def test_a_band_by_a_person_is_kept_and_lifted(desk: DeskRuns) -> None:
    cold = desk.lead(id="C1", company="Reed", name="Ola Reed", email="ola@reed.example")
    words = ("leads", "override", cold, "sales", "--by", "ana.ruiz", "--why", "met at the fair")
    done = desk.record(*words, "--until", "2026-04-10T09:00")
    assert (done["band"], done["by_the_card"], done["stage"]) == ("sales", "nurture", "mql")
    whole = desk.record("leads", "show", cold)
    assert whole["override"]["holds"]
    assert whole["owner"] == done["owner"]
    lifted = desk.record("leads", "lift", cold, "--why", "a student after all", at="2026-04-01T09:00")
    assert lifted["band"] == "nurture"
    with pytest.raises(ValueError, match="no override holds"):
        desk.text("leads", "lift", cold, "--why", "x", at="2026-04-01T09:00")
    with pytest.raises(ValueError, match="band 'hot': must be one of sales, self_serve, nurture"):
        desk.text("leads", "override", cold, "hot", "--why", "x", "--until", "2026-04-10")


def test_what_waits_for_a_person_is_listed_and_decided_once(desk: DeskRuns) -> None:
    one = desk.lead(id="A", company="Harland Pumps", name="Joan Harland", email="info@harlandpumps.example")
    two = desk.lead(id="B", company="Harland Pump", name="J Harland", phone="020 7946 0001", email="jh@gmail.com")
    (asked,) = desk.record("leads", "agenda")
    item = asked["item"]
    assert asked["subject"] in (one, two)
    with pytest.raises(LookupError, match="'nothing' is not on the agenda"):
        desk.text("leads", "decide", "nothing", "no", "--why", "x")
    answer = ("no", "--why", "two people", "--by", "ana.ruiz")
    told = desk.record("leads", "decide", item[: len("review:") + 6], *answer)
    assert (told["item"], told["decision"]) == (item, "no")
    assert desk.record("leads", "agenda") == []
    with pytest.raises(LookupError, match="was decided already: no"):
        desk.text("leads", "decide", item, "yes", "--why", "x")


def test_a_lead_is_shown_with_its_person_however_the_name_came(desk: DeskRuns) -> None:
    path = desk.folder / "people.csv"
    path.write_text("id,side,company,given_name,surname,email\n1,buyer,Harland,Joan,Lund,joan@harland.example\n")
    desk.text("leads", "take", path, "--source", "fair")
    (lead,) = desk.record("leads")["leads"]
    assert "Harland, Joan Lund, buyer, lead" in desk.text("leads", "show", lead["lead_id"])
