"""A few cells: a direction with its chance, what people believe beside it, never a number."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bothsides.agreement import AgreementError
from bothsides.diagnosis.elasticity import read_judgements
from bothsides.diagnosis.elasticity.ground import ground
from bothsides.diagnosis.elasticity.small_market import dealt_anew, direction
from bothsides.diagnosis.panel import Assignment, Floats, Lot, Panel
from bothsides.schema import Side
from tests.diagnosis.elasticity.worlds import panel


def test_cells_that_all_point_the_same_way_give_a_direction_and_its_chance() -> None:
    market = panel("no_effect", 7, 60)
    rng = np.random.default_rng(1)
    stock = 50 + rng.normal(size=(7, 60)).cumsum(1)
    told = ground(
        replace(
            market,
            suppliers=replace(market.suppliers, stock=stock),
            buyers=replace(market.buyers, joined=np.maximum(0, np.rint(2 * stock + rng.normal(size=stock.shape)))),
        ),
        Side.BUYER,
    )
    found = direction(told, market.suppliers.left, 1)
    assert (found.points, found.cells_for, found.cells) == (1, 7, 7)
    assert found.chance == pytest.approx(2 / 2**7)
    assert "not a size" in found.sentence


def test_cells_that_disagree_give_none() -> None:
    found = direction(ground(panel("no_effect", 6, 40), Side.BUYER), panel("no_effect", 6, 40).suppliers.left, 1)
    assert found.chance <= 1
    assert found.points == 0
    assert "no direction is claimed" in found.sentence


def test_too_few_cells_say_so_instead_of_a_direction() -> None:
    market = panel("no_effect", 2, 40)
    found = direction(ground(market, Side.BUYER), market.suppliers.left, 1)
    assert found.points == 0
    assert found.sentence.startswith("2 cells can be compared, too few for a direction")


def test_pushes_by_lot_are_judged_against_other_deals_of_the_lot() -> None:
    market = panel("randomised_pushes", 8, 104)
    found = direction(ground(market, Side.BUYER), market.suppliers.left, 1)
    assert found.by_lot
    assert 0 < found.chance <= 1
    assert "another deal of the same lot" in found.sentence


def test_the_lot_is_rarely_beaten_by_chance_where_nothing_happens() -> None:
    claims = 0
    for seed in range(6):
        market = panel("randomised_pushes", 6, 52, seed)
        rng = np.random.default_rng(seed)
        deaf = replace(market, buyers=replace(market.buyers, joined=rng.poisson(8.0, (6, 52)).astype(float)))
        claims += direction(ground(deaf, Side.BUYER), market.suppliers.left, seed).points != 0
    assert claims <= 2


def test_chosen_pushes_are_no_lot() -> None:
    market = panel("randomised_pushes", 8, 60, suppliers=Assignment.CHOSEN)
    assert not direction(ground(market, Side.BUYER), market.suppliers.left, 1).by_lot


JUDGEMENTS = """\
[[judgement]]
side = "supplier"
belief = "draws and keeps"
who = "Ada Lovelace, CRO"
date = 2025-03-01
why = "Buyers ask for brands we do not carry."

[[judgement]]
side = "buyer"
category = "Pumps"
belief = "does neither"
who = "Sales"
date = 2025-06-01
why = "Suppliers list wherever listing is free."
"""


def write(folder: Path, text: str) -> Path:
    (folder / "agreement").mkdir()
    (folder / "agreement" / "judgements.toml").write_text(text)
    return folder


def test_judgements_are_read_latest_first(tmp_path: Path) -> None:
    sales, cro = read_judgements(write(tmp_path, JUDGEMENTS))
    assert (sales.who, sales.category, sales.on) == ("Sales", "Pumps", date(2025, 6, 1))
    assert (cro.side, cro.belief, cro.category) == (Side.SUPPLIER, "draws and keeps", None)


def test_no_file_no_judgement(tmp_path: Path) -> None:
    assert read_judgements(tmp_path) == ()


def test_every_mistake_in_a_judgement_names_what_is_allowed(tmp_path: Path) -> None:
    text = (
        JUDGEMENTS.replace('"supplier"', '"seller"').replace('"does neither"', '"maybe"').replace('who = "Sales"\n', "")
    )
    with pytest.raises(AgreementError) as refused:
        read_judgements(write(tmp_path, text))
    said = str(refused.value)
    assert "judgement[0].side" in said
    assert "draws, keeps, draws and keeps, does neither" in said
    assert "judgement[1].who: missing" in said


def test_a_side_that_nobody_joins_gives_no_direction_in_any_cell() -> None:
    market = panel("no_effect", 7, 60)
    still = replace(market, suppliers=replace(market.suppliers, joined=np.zeros((7, 60))))
    found = direction(ground(still, Side.SUPPLIER), still.buyers.left, 1)
    assert (found.points, found.cells) == (0, 0)
    assert found.sentence.startswith("0 cells can be compared")


def test_a_lot_on_record_is_dealt_anew_among_its_own_cells_and_weeks_only() -> None:
    market = panel("randomised_pushes", 8, 60)
    lots = (Lot(cells=(0, 1), first=0, last=12), Lot(cells=(2, 3, 4), first=13, last=25))
    of = ground(replace(market, lots={Side.SUPPLIER: lots}), Side.BUYER)
    rng, seen = np.random.default_rng(1), of.driver_push
    deals = [dealt_anew(of, rng) for _ in range(40)]
    for deal in deals:
        assert (deal[:, 26:] == seen[:, 26:]).all()
        assert (deal[5:] == seen[5:]).all()
        assert sorted(deal[[0, 1], 0]) == sorted(seen[[0, 1], 0])
        assert (deal[:2, 13:] == seen[:2, 13:]).all()
    assert len({deal.tobytes() for deal in deals}) > 1


def with_push(market: Panel, push: Floats) -> Panel:
    return replace(
        market,
        suppliers=replace(market.suppliers, push=push),
        assignment={Side.SUPPLIER: Assignment.RANDOMISED, Side.BUYER: Assignment.NONE},
    )


def test_a_declared_lot_that_went_where_buyers_came_already_counts_as_chosen() -> None:
    market, rng = panel("no_effect", 8, 104), np.random.default_rng(3)
    push = np.zeros((8, 104))
    for first in range(13, 92, 13):
        push[rng.permutation(8)[:3], first : first + 6] = 1.0
    booming = np.zeros_like(push)
    booming[:, :-6] = push[:, 6:]
    joined = rng.poisson(8.0 * np.exp(0.8 * booming)).astype(float)
    followed = with_push(replace(market, buyers=replace(market.buyers, joined=joined)), push)
    found = direction(ground(followed, Side.BUYER), followed.suppliers.left, 1)
    assert not found.by_lot
    assert found.sentence.startswith("Pushes for suppliers are declared as dealt by lot, but went where buyers came")
    quiet = with_push(
        replace(market, buyers=replace(market.buyers, joined=rng.poisson(8.0, (8, 104)).astype(float))), push
    )
    assert direction(ground(quiet, Side.BUYER), quiet.suppliers.left, 1).by_lot
