"""The drawings: named for a screen reader, in the page's colours, the same each time, nothing from outside."""

import re
import textwrap
from dataclasses import replace

import pytest
from tests.reports import sample

from bothsides.diagnosis.flywheel import EDGES
from bothsides.diagnosis.picture import Edge
from bothsides.metrics import Status, Unit
from bothsides.reports.charts.curve import Line, concentration_curve
from bothsides.reports.charts.loop import main_loop, narrow_loop, wide_loop
from bothsides.reports.charts.render import drawing
from bothsides.reports.charts.rows import Row, bars, dots
from bothsides.reports.charts.sparkline import sparkline
from bothsides.reports.charts.theme import BUYER, NARROW, SUPPLIER, WIDE
from bothsides.reports.sections.concentration import largest_first

_ROWS = [
    Row(label="Verified", number=0.8, words="80 %", colour=SUPPLIER, low=0.7, high=0.9),
    Row(label="<script>&", number=0.2, words="20 %", colour=BUYER, weak=True),
]


@pytest.mark.parametrize("spec", [bars, dots])
@pytest.mark.parametrize("narrow", [False, True])
def test_a_drawing_is_named_coloured_by_the_page_and_inert(spec, narrow):
    svg = drawing(spec(_ROWS, narrow=narrow), title="Steps & <shares>")
    assert 'role="img" aria-label="Steps &amp; &lt;shares&gt;"' in svg
    assert "<title>Steps &amp; &lt;shares&gt;</title>" in svg
    assert f'width="{NARROW if narrow else WIDE}"' in svg
    assert "var(--supplier)" in svg
    assert "var(--buyer)" in svg
    assert "<script" not in svg
    assert "&lt;script&gt;&amp;" in svg
    for outside in ("http", "url(", "font-family", "<style", "#0"):
        assert outside not in svg


def test_the_same_chart_is_the_same_drawing():
    assert drawing(bars(_ROWS), title="x") == drawing(bars(_ROWS), title="x")


def test_bars_start_at_zero_and_ranges_are_drawn():
    spec = bars(_ROWS)
    assert spec["encoding"]["x"]["scale"]["domain"] == [0.0, 0.9]
    assert bars(_ROWS, whole=1.0)["encoding"]["x"]["scale"]["domain"] == [0.0, 1.0]
    assert drawing(spec, title="x").count('stroke="var(--ink)"') == 1  # one row has a range


def test_a_weak_row_is_drawn_lighter():
    assert drawing(bars(_ROWS), title="x").count('opacity="0.6"') == 1


def test_a_long_label_is_cut_not_laid_over_the_bar():
    (record,) = bars([Row(label="x" * 60, number=1, words="", colour=BUYER)])["data"]["values"]
    assert len(record["label"]) == 21
    assert record["label"].endswith("…")


@pytest.mark.parametrize("spec", [bars, dots])
def test_on_a_telephone_bars_have_all_the_room_that_their_words_leave(spec):
    short = [Row(label="first touch", number=1.0, words="100 % (7 of 7)", colour=BUYER, tick=0.9)]
    long = [replace(short[0], words="100 % (7,777,777,777 of 7,777,777,777) and so on")]
    assert spec(short, narrow=True)["width"] > 0.6 * NARROW
    assert spec(long, narrow=True)["width"] == NARROW - 4 - 190
    assert spec(short)["width"] == WIDE - 180 - 190
    beside = [*short, Row(label="x", number=0.1, words="10 %, most are lost here", colour=BUYER)]
    assert spec(beside, narrow=True)["width"] == spec(short, narrow=True)["width"], "long words beside a short bar"


@pytest.mark.parametrize("spec", [bars, dots])
def test_on_a_telephone_the_stroke_ends_below_the_label(spec):
    (row,) = [Row(label="quality", number=1.0, words="", colour=BUYER, tick=0.0)]
    layers = spec([row], narrow=True)["layer"]
    (stroke,) = (one["mark"] for one in layers if one["mark"]["type"] == "tick" and one["mark"]["thickness"] == 3)
    (label,) = (one["mark"] for one in layers if one["mark"].get("baseline") == "bottom")
    assert stroke["size"] / 2 <= -label["dy"]


def test_the_curve_keeps_beginnings_below_zero_and_ends_above_one():
    line = Line(name="buyers", colour=BUYER, points=((0.0, 0.0), (0.5, 1.1), (1.0, 1.0)))
    spec = concentration_curve([line])
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, 1.1]
    assert "buyers" in drawing(spec, title="x")


def test_a_curve_given_smallest_first_is_turned_round():
    smallest_first = ((0.0, 0.0), (0.8, 0.2), (1.0, 1.0))
    turned = largest_first(smallest_first)
    assert turned[0] == (0.0, 0.0)
    assert turned[1] == pytest.approx((0.2, 0.8))
    assert largest_first(turned) == turned


def _edge(source: str, target: str) -> Edge:
    return Edge(
        id=f"{source}-{target}",
        label="passes",
        source=source,
        target=target,
        side=None,
        rate=None,
        before=None,
        lag_days=None,
        point_worth=None,
    )


def test_the_loop_is_found_and_other_edges_stand_apart():
    edges = [_edge("a", "b"), _edge("b", "c"), _edge("b", "x"), _edge("c", "a"), _edge("x", "b")]
    loop, others = main_loop(edges)
    assert [edge.id for edge in loop] == ["a-b", "b-c", "c-a"]
    assert [edge.id for edge in others] == ["b-x", "x-b"]


@pytest.mark.parametrize("draw", [wide_loop, narrow_loop])
def test_every_edge_is_drawn_once_and_in_the_frame(draw):
    edges = sample.flywheel().edges
    svg = draw(edges, title="The loop")
    assert svg.count('class="shaft"') == len(edges)
    assert svg.count("dashed") == sum(edge.rate is None for edge in edges)
    width, height = (float(n) for n in re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    assert max(float(x) for x in re.findall(r' x="([\d.]+)"', svg)) < width
    assert max(float(y) for y in re.findall(r' y="([\d.]+)"', svg)) < height
    assert min(float(y) for y in re.findall(r' y="(-?[\d.]+)"', svg)) > 0


def test_a_chain_that_never_closes_is_drawn_all_the_same():
    for draw in (wide_loop, narrow_loop):
        assert draw([_edge("a", "b")], title="x").count('class="shaft"') == 1


def test_a_sparkline_breaks_at_what_is_not_known_and_hollows_what_is_not_complete():
    run = [sample.value("gmv", n, Unit.MONEY, period=f"2024-Q{i + 1}") for i, n in enumerate([1.0, 2.0, 3.0, 4.0])]
    run[2] = sample.unknown("gmv", Unit.MONEY, "not loaded", period="2024-Q3")
    run[3] = sample.value("gmv", 4.0, Unit.MONEY, period="2024-Q4", status=Status.PARTIAL)
    svg = sparkline("GMV", tuple(run))
    assert re.search(r'd="M[^"]+L[^"]+M[^"]+" class="run"', svg)
    assert svg.count('class="hollow"') == 1
    assert "GMV: GBP 1 in 2024-Q1, GBP 4 in 2024-Q4" in svg
    assert sparkline("GMV", tuple(run[:1])) is None


def test_the_curves_names_stand_apart_in_their_colours():
    high = Line(name="buyers", colour=BUYER, points=((0.0, 0.0), (0.3, 0.9), (1.0, 1.0)))
    low = Line(name="suppliers", colour=SUPPLIER, points=((0.0, 0.0), (0.3, 0.6), (1.0, 1.0)))
    svg = drawing(concentration_curve([low, high]), title="x")
    spots = {
        name: tuple(
            map(
                float,
                re.search(
                    rf'translate\(([\d.]+),([\d.]+)\)"[^>]*fill="var\(--{colour}-ink\)"[^>]*>{name}<', svg
                ).groups(),
            )
        )
        for name, colour in (("buyers", "buyer"), ("suppliers", "supplier"))
    }
    assert spots["buyers"][1] < spots["suppliers"][1] - 50


def test_no_word_of_the_wheel_is_cut_and_names_fit_their_boxes():
    long = replace(
        _edge("Reviews and word of mouth", "Repeat purchase"), label="live suppliers with three listings " * 3
    )
    for drawn in (wide_loop([long], title="x"), narrow_loop([long], title="x")):
        assert "…" not in drawn
        assert drawn.count("listings") == 3
    for edge in EDGES:
        for name in (edge.source, edge.target):
            assert len(textwrap.wrap(name, 13)) <= 3
            assert max(map(len, textwrap.wrap(name, 13))) <= 13
