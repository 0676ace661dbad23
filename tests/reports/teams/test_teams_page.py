"""The teams' page: its words as a reader meets them, kept beside this test, and what must hold of any such page.

A wanted change of wording: run these tests once with WRITE_SNAPSHOTS=1, read the difference, commit it.
"""

import os
import re
from dataclasses import replace
from pathlib import Path

from tests.reports.teams import months
from tests.reports.test_html import Outline

from bothsides.leads.sla.commitments import Word
from bothsides.reports.teams import scorecard_html, team_sentences
from bothsides.schema import Side

_SNAPSHOT = Path(__file__).parent / "april.txt"


def _text(page: str) -> str:
    drawn = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    lines = [" ".join(words.replace("\u00a0", " ").split()) for words in Outline(drawn).words]
    return "\n".join(line for line in lines if line) + "\n"


def test_the_page_says_what_it_said() -> None:
    text = _text(scorecard_html(months.month(items=(months.waiting(), months.decided()))))
    if os.environ.get("WRITE_SNAPSHOTS"):
        _SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == _SNAPSHOT.read_text(encoding="utf-8")


def test_the_answer_stands_first_one_sentence_a_team() -> None:
    page = scorecard_html(months.month())
    said = team_sentences(months.month().review.card.kept, is_over=True)
    touched = "first touch of buyers in time (53 of 60 in time, 90 % agreed)"
    assert said == (
        "Marketing missed 1 of 2 clauses: qualified suppliers (12 of 20 owed).",
        f"Sales missed what it owes: {touched}; 1 other cannot be judged.",
        "Customer success missed what it owes: buyers welcomed in time (2 of 3 in time, 95 % agreed).",
    )
    verdict = _text(page).index("Who kept their word")
    assert verdict < _text(page).index("Marketing missed 1 of 2") < _text(page).index("Clause by clause")


def test_a_month_under_way_says_so_and_blames_nobody_for_the_rest_of_it() -> None:
    page = _text(scorecard_html(months.month(over=False)))
    assert "The month is not over." in page
    assert "Marketing so far: 1 of 2 clauses on track; too early to tell: qualified suppliers (12 of 20 owed)." in page
    assert "Marketing so far, too early: qualified suppliers (12 of 20 owed)" in page
    assert "missed" not in page[page.index("Clause by clause") : page.index("How long leads wait")].lower()


def test_the_page_is_whole_in_itself_and_inert() -> None:
    page = scorecard_html(months.month(items=(months.waiting(),)))
    assert page == scorecard_html(months.month(items=(months.waiting(),)))
    assert not re.search(r"<script|src=|https?://(?!www\.w3\.org)", page)
    assert "campaign &lt;prize&gt;" in page
    assert "bothsides sla decide &quot;escalation/buyer/2026-04-20&quot; --choose" in page


def test_a_command_of_the_page_names_its_workspace_so_that_it_works_from_anywhere() -> None:
    month = replace(months.month(items=(months.waiting(),)), folder="/srv/north of here")
    assert '"escalation/buyer/2026-04-20" --choose "..." --words "..." -w \'/srv/north of here\'' in _text(
        scorecard_html(month)
    )


def test_a_right_is_used_or_waived_by_words_that_look_typed() -> None:
    page = scorecard_html(months.month(items=(replace(months.waiting(), kind="consequence"),)))
    assert ", or with <code>--waive</code> in place of <code>--use</code>" in page


def test_a_month_without_a_lead_says_so_in_place_of_an_empty_heading() -> None:
    month = months.month()
    bare = replace(month.review, quality=(), card=replace(month.review.card, quality=()))
    text = _text(scorecard_html(replace(month, review=bare)))
    heading = text.index("What the leads were worth")
    assert text[heading:].splitlines()[1].startswith("No lead of the month was qualified")


def test_people_are_named_and_told_apart_only_beyond_luck() -> None:
    text = _text(scorecard_html(months.month()))
    assert "Buyer leads: Ana Sousa above what the leads promised; Ben Archer below what the leads promised" in text


def test_an_item_says_when_its_numbers_were_taken_for_the_page_has_later_ones() -> None:
    page = _text(scorecard_html(months.month(items=(months.waiting(),))))
    assert "of the others 3 of 8. So it stood at the end of 19 April 2026." in page
    right = _text(scorecard_html(months.month(items=(replace(months.waiting(), kind="consequence"),))))
    assert "So it stood" not in right, "a right rests on the whole month, as the page does"


def test_no_count_of_one_stands_before_a_word_for_many() -> None:
    month = months.month()
    first, *others = month.review.card.kept
    one = replace(first, delivered=1.0, word=Word.MISSED)
    said = next(verdict for verdict in month.review.card.quality if verdict.side is Side.BUYER)
    alone = replace(said, handed_over=1, answered=1, rejected=1, decided=1, won=0)
    card = replace(month.review.card, kept=(one, *others), quality=(alone,))
    page = _text(scorecard_html(replace(month, review=replace(month.review, card=card))))
    assert "Marketing fell short: qualified buyers (1 of 50 owed)" in page
    assert "1 lead qualified" in page
    assert "1 is decided so far: 0 won, 1 lost or rejected." in page


def test_a_side_of_which_a_clause_had_no_case_is_not_praised_for_all_of_them() -> None:
    month = months.month()
    kept = tuple(replace(one, word=Word.KEPT) if one.word is Word.MISSED else one for one in month.review.card.kept)
    idle = next(one for one in kept if one.unit == "share" and not one.n)
    card = replace(month.review.card, kept=(*kept, replace(idle, side=Side.BUYER)))
    page = _text(scorecard_html(replace(month, review=replace(month.review, card=card))))
    assert "Every promise on buyers with a clock was kept; 1 cannot be judged" in page


def test_what_was_decided_names_its_item_as_it_is_typed_and_who_said_so() -> None:
    decision = {"words": "no draws from 2026-05-01", "by": "ana", "at": months.CLOSE - 3600, "chosen": []}
    used = replace(months.waiting(), state="decided", decision=decision)
    waived = replace(months.decided(), kind="consequence", state="waived", decision={**decision, "words": "ill"})
    page = _text(scorecard_html(months.month(items=(used, waived))))
    decided = "no draws from 1 May 2026. Decided by ana, 30 April 2026 23:00 UTC; RevOps analyst does it."
    assert f"Review of leads, escalation/buyer/2026-04-20: {decided}" in page
    assert "ill. Waived by ana, 30 April 2026 23:00 UTC." in page
