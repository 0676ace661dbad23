"""What a lead did, as fields of a fitted card: the same in the history and at the desk."""

from dataclasses import replace
from typing import Any

import numpy as np
from tests.leads.models.conftest import ModelDesk, lead
from tests.leads.models.test_learning import NOW, world

from bothsides.leads.desk.considering import score_line
from bothsides.leads.desk.standing import LeadNow, leads_by_id
from bothsides.leads.desk.taking import take
from bothsides.leads.intake.reading import Event
from bothsides.leads.models.history import gather
from bothsides.leads.models.in_force import InForce, champion_card
from bothsides.leads.models.learning import learn
from bothsides.leads.models.lifecycle import agreed_points
from bothsides.leads.models.policy import ModelsPolicy
from bothsides.leads.models.seen import event_columns
from bothsides.predict.scorecard.columns import leads
from bothsides.schema import Side
from bothsides.schema.instant import HOUR


def test_events_are_counted_and_amounts_summed_where_they_vary() -> None:
    columns = event_columns(
        [
            [("listing_added", 5, 40.0), ("listing_added", 9, 2.0), ("demo_requested", 7, 1.0)],
            [],
            [("demo_requested", 3, 1.0)],
        ]
    )
    assert columns == {
        "times:demo_requested": [1.0, 0.0, 1.0],
        "times:listing_added": [2.0, 0.0, 0.0],
        "amount:listing_added": [42.0, 0.0, 0.0],
    }


def test_a_lead_that_did_what_tells_gets_the_points_for_it(model_desk: ModelDesk) -> None:
    desk = model_desk
    agreed = desk.agreed
    points = agreed_points(agreed, Side.BUYER)
    gathered = world()
    size = gathered.history.leads.columns["size"]
    times = np.asarray(size.values, dtype=np.float64) - 1  # type: ignore[union-attr]  # a field of numbers
    told = replace(gathered, history=replace(gathered.history, leads=leads({"times:demo_requested": times})))
    model = learn(told, ModelsPolicy(closes_within_days=30), points, now=NOW, by="ana").model
    assert model is not None
    card = champion_card(agreed.scoring, Side.BUYER, InForce(champion=model))
    in_force = replace(agreed, cards={**agreed.cards, Side.BUYER: card})

    def line(*moments: int) -> dict[str, Any]:
        one = LeadNow(
            lead_id="a" * 32, side=Side.BUYER, source="web", created_at=NOW, received_at=NOW, fields={},
            events=[("demo_requested", at, 1.0) for at in moments],
        )  # fmt: skip
        entry = score_line(in_force, one, NOW)
        assert entry is not None
        return dict(entry.data)

    none, three = line(), line(NOW - 3, NOW - 2, NOW - 1)
    assert three["score"] >= none["score"] + 50
    assert three["win_chance"] > none["win_chance"]
    assert any("demo requested, times" in str(reason) for reason in three["reasons"])
    assert line(NOW + 3600)["score"] == none["score"]  # it has not happened yet
    assert line(NOW + 5)["score"] == line(NOW)["score"]  # told by a clock that is a little ahead
    assert none["card"] == card.version


def test_the_history_has_the_events_that_were_seen_before_the_decision(model_desk: ModelDesk) -> None:
    desk = model_desk
    one = replace(lead(9_000, desk.now), events=(Event(event="demo_requested", occurred_at=desk.now - HOUR),))
    with desk.logbook.writing() as book:
        take(book, desk.agreed, [one, lead(9_001, desk.now)], now=desk.now)
        found = gather(book, Side.BUYER, agreed_points(desk.agreed, Side.BUYER))
        held = leads_by_id(book, list(found.ids))
    column = found.history.leads.columns["times:demo_requested"]
    assert dict(zip(found.ids, column.values.tolist(), strict=True)) == {  # type: ignore[union-attr]  # numbers
        one.lead_id: 1.0,
        lead(9_001, desk.now).lead_id: 0.0,
    }
    bands = {name: None if of.band is None else of.band.value for name, of in held.items()}
    assert dict(zip(found.ids, found.treatment, strict=True)) == bands
