"""What each part of the page says: every number with what it rests on, every verdict as a word, no colour alone."""

import re
from dataclasses import replace

import pytest
from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.metrics import Basis, Status, Unit, Value
from bothsides.reports.markup import Markup
from bothsides.reports.pieces import number_and_trust, value_table
from bothsides.reports.sections.benchmarks import benchmarks
from bothsides.reports.sections.cohorts import cohorts
from bothsides.reports.sections.concentration import concentration
from bothsides.reports.sections.economics import economics
from bothsides.reports.sections.findings import findings
from bothsides.reports.sections.first import first
from bothsides.reports.sections.flywheel import flywheel
from bothsides.reports.sections.funnels import funnels
from bothsides.reports.sections.gaps import gaps
from bothsides.reports.sections.headlines import headlines
from bothsides.reports.sections.liquidity import liquidity, map_title
from bothsides.reports.sections.method import method
from bothsides.reports.trust import trust


def _said(section) -> str:
    """The section's text as a person reads it."""
    return " ".join(" ".join(Outline(section.body).words).replace("\u00a0", " ").split())


def _values(diagnosis) -> list[Value]:
    shown = [value for headline in diagnosis.headlines for value in (headline.now, *headline.run)]
    shown += [value for side in diagnosis.economics for value in side.values.values()]
    shown += [v for side in diagnosis.economics for _, values in side.by_channel for v in values.values()]
    shown += [value for side in diagnosis.concentration for value in side.values.values()]
    shown += [v for cell in diagnosis.cells for name, v in cell.values.items() if name != "buyer_to_seller_ratio"]
    shown += [edge.rate for edge in diagnosis.flywheel.edges if edge.rate]
    shown += [step.rate for funnel in diagnosis.funnels for step in funnel.steps if step.rate]
    return shown + [v for finding in diagnosis.findings for e in finding.evidence for v in e.values]


def test_every_number_says_what_it_rests_on():
    page = Outline(sample.page("full"))
    lines = set(page.words) | {a["title"] for _, a in page.tags if a.get("title")}
    for value in _values(sample.full()):
        said = trust(value)
        assert any(line.endswith(said) for line in lines), said


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.UNAVAILABLE, Status.NO_DENOMINATOR}])
def test_a_tables_row_has_n_range_and_status(status):
    value = sample.rate("fill_rate", 0.37, n=800, status=status)
    said = " ".join(Outline(value_table("Rates", "rate", [("Fill rate", value)])).words)
    for part in ("37 %", "800", "33.3 to 40.7 %", status.value.replace("_", " ")):
        assert part in said


def test_what_is_not_known_says_why_and_shows_no_zero():
    cell = Outline(number_and_trust(sample.unknown("cac", Unit.MONEY, "no spend was loaded")))
    assert "".join(cell.words) == "not knownno spend was loaded · unavailable"


def test_first_shows_three_findings_with_all_a_person_needs_to_start():
    said = _said(first(sample.full()))
    assert said.count("First step:") == 3
    for part in ("GBP 182 k a month", "range GBP 121 k to 240 k", "likely", "Supply team", "not put in money"):
        assert part in said


def test_no_finding_is_said_rather_than_left_blank():
    assert "No problem was found that the data can show" in _said(first(sample.empty()))


def test_headlines_judge_the_direction_in_words():
    said = _said(headlines(sample.full()))
    assert "136 ▼ −1.4 % worse" in said
    assert "14.9 days ▼ −4.1 days better" in said
    assert "n 13,492 · census · ok" in said


@pytest.mark.parametrize("which", ["now", "before"])
@pytest.mark.parametrize("status", [Status.IMMATURE, Status.PARTIAL, Status.SMALL_N])
def test_a_change_of_or_against_a_number_not_to_lean_on_is_not_called_better(which, status):
    full = sample.full()
    days = next(h for h in full.headlines if h.metric == "time_to_first_transaction_days")
    shaky = replace(days, **{which: replace(getattr(days, which), status=status)})
    assert "better" not in _said(headlines(replace(full, headlines=(full.headlines[0], shaky)))).split("14.9 days")[1]


def test_a_number_nobody_knows_gets_a_reason_and_no_tile():
    section = headlines(sample.full())
    assert section.heading == "Seven headline numbers"
    assert section.body.count('class="tile"') == 7
    assert "Not known: CAC, buyers (no spend was loaded)." in _said(section)


def test_the_days_stand_directly_above_the_numbers_and_ndr_is_glossed_once():
    section = headlines(sample.full())
    before, _, after = section.body.partition("1 November 2023 to 31 October 2024</b></p>")
    assert before
    assert after.startswith('<ul class="tiles">')
    assert section.body.count("last year&#x27;s accounts") == 1


def test_a_change_too_small_to_show_has_no_arrow():
    gmv = sample.full().headlines[0]
    same = replace(gmv, before=replace(gmv.now, value=gmv.now.value * 1.00001))
    said = _said(headlines(replace(sample.full(), headlines=(same,))))
    assert "no change" in said
    assert "▲" not in said
    assert "▼" not in said


def test_the_cohort_in_which_the_data_begin_is_explained():
    plain = sample.full()
    assert "Orders are known from 2023-Q1 on" in _said(cohorts(plain))
    later = replace(plain, first_day=plain.first_day.replace(year=2021))
    assert "Orders are known" not in _said(cohorts(later))


def test_a_long_curve_is_listed_in_part_with_the_count_of_the_rest():
    plain = sample.full()
    curve = tuple((i / 50, (i / 50) ** 0.5) for i in range(51))
    side = replace(plain.concentration[0], curve=curve)
    said = _said(concentration(replace(plain, concentration=(side,))))
    assert said.count("largest 4") < 5
    assert "30 more points of the curve not listed" in said
    assert "HHI (0 spread out, 1 one account)" in said


def test_a_headline_repeats_its_days_only_where_they_differ():
    plain = sample.full()
    window = "2023-11-01 to 2024-10-31 against 2022-11-01 to 2023-10-31"
    other = "2022-01-01 to 2022-12-31"
    marked = replace(
        plain,
        headlines=(replace(plain.headlines[0], note=window), replace(plain.headlines[1], note=other)),
    )
    said = _said(headlines(marked))
    assert "1 January 2022 to 31 December 2022" in said
    assert "31 October 2023" not in said


def test_the_limiting_edge_is_named_and_missing_ones_give_their_reason():
    section = flywheel(sample.full())
    said = _said(section)
    assert "limits growth now" in said
    assert said.count("no data: reviews and referrals are not recorded") >= 3
    assert section.body.count('class="edge supplier limiting"') == 2  # wide and narrow
    assert "GBP 12.4 k GMV a month" in said
    assert "limits growth now" not in _said(flywheel(sample.orders_only()))


def test_a_funnel_names_its_leak_and_each_share_with_its_range():
    said = _said(funnels(sample.full()))
    assert "38 %, most are lost here" in said
    assert "Catalogue (most are lost here) 388 38 % 800 34.2 to 41.8 % ok" in said


def test_the_map_says_each_verdict_as_a_word_beside_a_shape():
    section = liquidity(sample.full())
    said = _said(section)
    for verdict in CellVerdict:
        assert verdict.value in said
    marks = section.body.count('<svg viewBox="0 0 16 16"')
    assert marks == 2 * len(sample.cells())  # in the map and in the table
    assert map_title(sample.cells()).startswith("Of 28 cells: 4 supply-short")


def test_a_market_without_regions_and_verdicts_still_has_its_map():
    said = _said(liquidity(sample.orders_only()))
    assert "None of 6 cells has enough data for a verdict" in said
    assert "region" not in said


def test_a_map_of_which_most_is_not_judged_does_not_speak_of_one_cell_alone():
    cells = sample.cells()
    dark = tuple(replace(cell, verdict=CellVerdict.UNKNOWN) for cell in cells[1:])
    one = replace(cells[0], verdict=CellVerdict.FRAGILE)
    said = map_title((one, *dark))
    assert said.startswith(f"Of {len(cells)} cells 1 could be judged: 1 fragile. Of the other {len(dark)} it is not")


def test_a_large_market_shows_its_largest_cells_and_says_how_many_not():
    said = _said(liquidity(sample.hostile()))
    assert "smaller cells not drawn" in said
    assert "The 150 largest of 400 cells" in said


def test_cohorts_leave_the_future_empty_and_marked():
    (table, _) = sample.cohorts()
    section = cohorts(sample.full())
    blanks = sum(share is None for row in table.active_share for share in row)
    assert blanks == 28
    assert section.body.count("·</td>") == 4 * blanks  # two sides, accounts and GMV
    assert "· = not yet complete" in _said(section)
    assert ">0 %</td>" not in section.body


def test_economics_show_both_sides_and_what_one_lacks():
    said = _said(economics(sample.full()))
    assert "GBP 2.2 k, costs GBP 3.1 k" in said
    assert "unavailable: no spend was loaded" in said
    assert "channel not given" in said


def test_economics_name_their_own_days():
    plain = sample.full()
    sides = tuple(
        replace(one, values={name: replace(v, period="2023-04-01..2024-09-30") for name, v in one.values.items()})
        for one in plain.economics
    )
    assert "first order from 1 April 2023 to 30 September 2024" in _said(economics(replace(plain, economics=sides)))


def test_a_finding_links_to_those_about_the_same_place():
    one = replace(sample.full().findings[0], caveat="See also finding 2, about the same place.")
    section = findings(replace(sample.full(), findings=(one,)))
    assert section is not None
    assert 'See also <a href="#finding-2">finding 2</a>, about' in section.body


def test_concentration_names_the_largest_and_what_their_loss_takes():
    said = _said(concentration(sample.full()))
    assert "The 3 largest buyers carry 46.5 % of GMV, the 3 largest suppliers carry 9 %" in said
    assert "31 % of GMV gone" in said
    assert sample.LONG_NAME in said


def test_the_bars_of_both_sides_have_one_scale():
    body = concentration(sample.full()).body
    drawn = {side: _bar_widths(body, side) for side in ("buyer", "supplier")}
    assert drawn["buyer"][0] / drawn["supplier"][0] == pytest.approx(0.31 / 0.06, rel=0.02)


def _bar_widths(body: str, side: str) -> list[float]:
    return [float(width) for width in re.findall(rf'd="M0,[\d.]+h([\d.]+)v[^"]*" fill="var\(--{side}\)"', body)]


def test_benchmarks_come_with_source_and_grade_and_never_the_refused_ones():
    section = benchmarks(sample.full())
    said = _said(section)
    assert "Bessemer, Cloud Computing Law 6, 2012; grade A" in said
    assert "grade X" not in said


def test_findings_stand_in_rank_order_with_their_evidence_folded():
    shuffled = replace(sample.full(), findings=sample.full().findings[::-1])
    section = findings(shuffled)
    assert [a["id"] for tag, a in Outline(section.body).tags if tag == "article"] == [
        f"finding-{i}" for i in (1, 2, 3, 4)
    ]
    assert section.body.count("<details>") == 4
    said = _said(section)
    assert "How sure The range of the fill rate" in said
    shown = _said(replace(section, body=Markup(re.sub("<details.*?</details>", "", section.body))))
    assert "Likely cause Too few suppliers that deliver to the region. First step List the ten" in shown
    assert "The range of the fill rate" not in shown
    assert "Fill rate (Valves" not in shown
    assert "Fill rate (Valves and fittings for process industry · Overseas territories) 22 % 412" in said


def test_gaps_say_what_is_missing_and_whom_to_ask():
    said = _said(gaps(sample.full()))
    assert (
        "What does a supplier cost to win? spend by month, the campaign of each supplier signup Marketing operations"
        in said
    )
    assert gaps(sample.empty()) is None


def test_sides_keep_their_colours():
    body = economics(sample.full()).body + concentration(sample.full()).body
    assert "var(--buyer)" in body
    assert "var(--supplier)" in body
    assert not re.search(r'(?:fill|stroke)="#', body)


def test_a_sample_is_never_called_a_census():
    plain = sample.full()
    gmv = replace(plain.headlines[0].now, basis=Basis.SAMPLE, low=1.0, high=2.0)
    sampled = replace(plain, headlines=(replace(plain.headlines[0], now=gmv), *plain.headlines[1:]))
    for part in (funnels, cohorts, concentration):
        assert "census" in _said(part(plain)).split("The table behind")[0]
        assert "from a declared sample" in _said(part(sampled))
    assert "(census" not in _said(concentration(sampled))


def test_a_table_without_a_row_is_left_out():
    plain = sample.full()
    bare = replace(plain, concentration=tuple(replace(side, values={}) for side in plain.concentration))
    tags = [tag for tag, _ in Outline(concentration(bare).body).tags]
    assert tags.count("table") == tags.count("tbody") == 4
    assert value_table("Values", "value of", []) is None


def test_smaller_findings_are_one_line_that_loses_nothing():
    full = sample.full()
    some = tuple(replace(finding, rank=0) for finding in full.findings[:2])
    said = _said(findings(replace(full, smaller=some)))
    assert "And 2 smaller ones, worth about GBP" in said
    assert "a month together" in said
    assert said.count(some[0].title) == 2
    bare = replace(full, findings=(), smaller=some)
    assert "worth ranking" in _said(first(bare))
    assert _said(findings(bare)).startswith("And 2 smaller ones")


def test_findings_beyond_the_list_stand_in_a_line_of_their_own_without_a_sum():
    full = sample.full()
    some = tuple(replace(finding, rank=0) for finding in full.findings[:2])
    said = _said(findings(replace(full, beyond=some)))
    assert f"And 2 more findings beyond the {len(full.findings)} listed; worths of one place overlap" in said
    assert "together" not in said.split("And 2 more findings")[1]
    assert said.count(some[0].title) == 2


def test_a_share_is_shown_as_counted_beside_what_another_year_could_bring():
    full = sample.full()
    side = full.concentration[0]
    share = sample.value("top_10_share", 0.42, Unit.RATE, n=120)
    again = sample.value("top_10_share", 0.42, Unit.RATE, n=120, low=0.38, high=0.46, basis=Basis.CLUSTER)
    told = replace(side, values={"top_10_share": share}, repeated={"top_10_share": again})
    said = _said(concentration(replace(full, concentration=(told,))))
    assert "42 % n 120 · census · ok 38 to 46 %" in said
    assert "next year if nothing changed" in said


def test_a_wheel_without_most_of_its_data_folds_its_picture():
    full = sample.full()
    edges = full.flywheel.edges
    dark = tuple(replace(edge, rate=None, reason="not recorded") for edge in edges[1:])
    thin = flywheel(replace(full, flywheel=replace(full.flywheel, edges=(edges[0], *dark), limiting=None))).body
    assert thin.index("<details") < thin.index("<svg")
    assert f"1 of its {len(edges)} edges have data" in thin
    whole = flywheel(full).body
    assert whole.index("<svg") < whole.index("<details")


def test_what_is_said_of_both_cohort_tables_is_said_once():
    said = _said(cohorts(sample.full()))
    assert len(sample.full().cohorts) == 2
    assert said.count("Stronger colour means more") == 1


def test_a_funnel_without_a_leak_folds_its_steps():
    funnel = sample.full().funnels[0]
    unbroken = tuple(replace(step, leak=False) for step in funnel.steps)
    whole = replace(funnel, steps=unbroken, basis="Leads created from 2025-06-25 to 2026-06-24.")
    folded = funnels(replace(sample.full(), funnels=(whole,))).body
    assert folded.index("<details") < folded.index("<svg")
    assert "from 25 June 2025 to 24 June 2026" in folded.replace("\u00a0", " ")
    leaking = funnels(replace(sample.full(), funnels=(funnel,))).body
    assert leaking.index("<svg") < leaking.index("<details")


def test_the_largest_accounts_bars_wait_behind_their_sentence():
    side = sample.full().concentration[0]
    body = concentration(replace(sample.full(), concentration=(replace(side, curve=()),))).body
    assert body.index("<details") < body.index("<svg")


def test_no_raw_name_of_a_channel_and_no_raw_day_stands_on_the_page():
    full = sample.full()
    buyers = full.economics[0]
    spent = sample.value("cac", 12.0, Unit.MONEY, dims=(("channel", "paid_search"),), period="2024-01-01..2024-06-30")
    told = replace(full.findings[0], evidence=(replace(full.findings[0].evidence[0], values=(spent,)),))
    split = replace(buyers, by_channel=(("paid_search", {"cac": spent}),))
    said = _said(economics(replace(full, economics=(split,)))) + _said(findings(replace(full, findings=(told,))))
    assert "paid_search" not in said
    assert "CAC (paid search · 1 January 2024 to 30 June 2024)" in said


def test_that_nothing_earlier_is_known_is_said_once_for_all_tiles():
    full = sample.full()
    young = tuple(replace(headline, before=None) for headline in full.headlines)
    tiles = _said(headlines(replace(full, headlines=young))).split("The table behind")[0]
    assert tiles.count("earlier span") == 1


def test_open_questions_beyond_the_first_eight_fold():
    full = sample.full()
    many = tuple(replace(full.gaps[0], question=f"Question {n}?") for n in range(11))
    body = gaps(replace(full, gaps=many)).body
    assert body.index("Question 7?") < body.index("<details") < body.index("Question 8?")
    assert "3 more open questions" in body
    assert "<details" not in gaps(replace(full, gaps=many[:8])).body


def test_a_missing_reading_gives_its_reason_and_not_the_word_for_an_empty_ratio():
    empty = sample.unknown(
        "balanced_cell_share",
        Unit.RATE,
        "too few cells",
    )
    lacking = replace(empty, status=Status.NO_DENOMINATOR)
    said = " ".join(Outline(value_table("Readings", "reading", [("Balanced", lacking)])).words)
    assert "too few cells" in said
    assert "no denominator" not in said


def test_a_card_names_the_cause_and_the_measure_of_success_with_todays_number():
    card = sample.full().findings[3]
    longer = replace(card, cause=f"{card.cause} 189 buyers traded less.")
    said = _said(first(replace(sample.full(), findings=(longer,))))
    assert f"Cause: {card.cause} First step: " in said
    assert "Success: Net retention on GMV of the same side is above 100 % for two quarters. Now 96 %" in said


def test_commands_are_set_as_commands_and_never_between_backticks():
    told = replace(sample.full().findings[0].evidence[0], sentence="`bothsides predict churn` lists them.")
    finding = replace(
        sample.full().findings[0], evidence=(told, replace(told, rows=sample.full().findings[0].evidence[-1].rows))
    )
    said = replace(sample.full(), findings=(finding,), caveats=("See `bothsides quarantine`.",))
    for section in (findings(said), method(said)):
        assert "`" not in section.body
    assert "<code>bothsides quarantine</code>" in method(said).body
