"""Worlds in which the signed points decided who was called, and in which the bands' sizes must hold."""

from dataclasses import replace

import numpy as np
import pytest
from tests.leads.desk.conftest import EXAMPLE

from bothsides.agreement.versions import load_signed
from bothsides.leads.models.history import Gathered
from bothsides.leads.models.in_force import with_model
from bothsides.leads.models.learning import by_treatment, grown, learn
from bothsides.leads.models.policy import ModelsPolicy, problems
from bothsides.leads.models.record import model_from_text, model_to_plain
from bothsides.leads.score import CompiledCard, ScoringPolicy, compile_card, compiled, score
from bothsides.logbook.plain import sorted_text
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scorecard.card import AGREED, Card
from bothsides.predict.scorecard.columns import leads
from bothsides.predict.scorecard.fitting import History, fit_card
from bothsides.predict.scorecard.scoring import scores
from bothsides.schema import Side
from bothsides.schema.instant import DAY

NOW = 2_000 * DAY
POLICY = ModelsPolicy(closes_within_days=30)


@pytest.fixture(scope="module")
def champion() -> CompiledCard:
    signed = load_signed(EXAMPLE / "scoring.toml", ScoringPolicy, time_zone="UTC")
    return compile_card(signed.policy, Side.BUYER)


def world(n: int = 2_400, *, called: float = 1.8, seed: int = 7) -> Gathered:
    """Signed points look at the region alone, which says nothing. From 30 on sales calls, and a call wins leads.
    What truly tells is the size."""
    rng = np.random.default_rng(seed)
    north = rng.random(n) < 0.5
    size = rng.integers(1, 5, n)
    agreed = np.where(north, 40.0, 10.0)
    logit = -2.6 + 0.6 * size + called * (agreed >= 30)
    won = rng.random(n) < 1 / (1 + np.exp(-logit))
    decided = NOW - 400 * DAY + np.arange(n) * (300 * DAY // n)
    history = History(
        leads=leads({"region": ["north" if one else "south" for one in north], "size": size.astype(float)}),
        won=won,
        decided_at=decided.astype(np.int64),
        agreed=agreed,
    )
    return Gathered(
        side=Side.BUYER,
        ids=tuple(f"lead {i}" for i in range(n)),
        history=history,
        won_at=np.where(won, decided + 10.0 * DAY, np.nan),
        is_open=np.zeros(n, dtype=bool),
        treatment=tuple("sales" if one else "nurture" for one in north),
        in_holdout=np.zeros(n, dtype=bool),
        scored_by=(frozenset(),) * n,
    )


def _worth(card: Card, name: str) -> int:
    return next((field.most for field in card.fields if field.name == name), 0)


def test_what_a_call_did_is_not_learned_as_worth_of_the_region(champion: CompiledCard) -> None:
    gathered = world()
    naive = fit_card(gathered.history, Side.BUYER, effective_from=NOW)
    assert _worth(naive, AGREED) + _worth(naive, "region") > 35
    learned = learn(gathered, POLICY, champion, now=NOW, by="analyst")
    assert learned.model is not None
    card = learned.model.card
    assert _worth(card, "size") >= 85
    assert _worth(card, AGREED) + _worth(card, "region") <= 15
    assert learned.model.learned_on == "1,680 leads within 2 treatments, as no lead was put into a band at random"


def test_the_won_rate_by_treatment_stands_beside_the_card(champion: CompiledCard) -> None:
    gathered = world()
    drawn = np.arange(len(gathered.ids)) % 20 == 0
    ready = grown(replace(gathered, in_holdout=drawn), POLICY, NOW)
    assert not isinstance(ready, str)
    table = {(one.treatment, one.in_holdout): one for one in by_treatment(ready)}
    assert set(table) == {("sales", False), ("sales", True), ("nurture", False), ("nurture", True)}
    assert sum(one.n for one in table.values()) == 2_400
    assert table["sales", False].rate.above > table["nurture", False].rate.value


def test_bands_begin_where_as_many_leads_reach_them(champion: CompiledCard) -> None:
    gathered = world()
    learned = learn(gathered, POLICY, champion, now=NOW, by="analyst")
    assert learned.model is not None
    fitted = compiled(with_model(champion.card, learned.model))
    columns = gathered.history.leads.columns
    levels, codes = columns["region"].levels, columns["region"].codes  # type: ignore[union-attr]  # a field of texts
    sizes = columns["size"].values  # type: ignore[union-attr]  # a field of numbers
    bands = [
        score(fitted, {"region": levels[code], "size": float(size)}, (), NOW).earned
        for code, size in zip(codes.tolist(), sizes.tolist(), strict=True)
    ]
    share = sum(band == "sales" for band in bands) / len(bands)
    assert gathered.history.agreed is not None
    before = float(np.mean(gathered.history.agreed >= 30))
    assert share <= before
    as_signed = learn(gathered, replace(POLICY, thresholds="as_signed"), champion, now=NOW, by="analyst")
    assert as_signed.model is not None
    assert as_signed.model.bands is None


def test_beside_the_signed_points_they_are_not_counted_twice(champion: CompiledCard) -> None:
    learned = learn(world(), replace(POLICY, counts="beside"), champion, now=NOW, by="analyst")
    assert learned.model is not None
    assert AGREED not in learned.model.card.names
    assert compiled(with_model(champion.card, learned.model)).card.fitted.counts == "beside"  # type: ignore[union-attr]  # it has one


def test_no_shuffled_history_of_twenty_gives_a_card(champion: CompiledCard) -> None:
    verdicts = []
    for seed in range(20):
        gathered = world(600, seed=seed)
        order = np.random.default_rng(seed).permutation(600)
        won = gathered.history.won[order]
        shuffled = replace(
            gathered,
            history=replace(gathered.history, won=won),
            won_at=np.where(won, gathered.history.decided_at + 10.0 * DAY, np.nan),
        )
        learned = learn(shuffled, POLICY, champion, now=NOW, by="analyst")
        verdicts.append(learned.verdict)
        assert learned.model is None
    assert set(verdicts) == {ModelVerdict.NO_SIGNAL}


def test_a_protected_field_is_refused_by_name(champion: CompiledCard) -> None:
    learned = learn(world(), replace(POLICY, protected=("size",)), champion, now=NOW, by="analyst")
    assert [(one.field, one.finding.value) for one in learned.refused] == [("size", "protected")]
    assert learned.model is None or "size" not in learned.model.card.names


def test_young_leads_are_set_aside_and_said(champion: CompiledCard) -> None:
    learned = learn(world(), POLICY, champion, now=NOW - 150 * DAY, by="analyst")
    assert any("younger than 30 days" in note for note in learned.notes)
    assert learned.n < 2_400


def test_a_model_survives_as_text_and_shows_a_change(champion: CompiledCard) -> None:
    model = learn(world(), POLICY, champion, now=NOW, by="analyst").model
    assert model is not None
    text = sorted_text(model_to_plain(model))
    assert model_from_text(text, model.version) == model
    with pytest.raises(ValueError, match="it was changed after it was made"):
        model_from_text(text.replace('"slope":0.', '"slope":1.'), model.version)


def test_a_field_that_is_left_out_has_no_direction() -> None:
    assert problems(ModelsPolicy(left_out=("size",), directions={"size": 1})) == (
        "directions.size: is protected or left out, so it has no points",
    )


def test_the_size_of_bands_is_that_of_leads_which_the_desk_decided_about(champion: CompiledCard) -> None:
    """Of leads that were taken over nobody knows what they did: hardly any reaches sales by the signed points."""
    gathered = world()
    assert gathered.history.agreed is not None
    old = np.arange(len(gathered.ids)) < len(gathered.ids) // 2
    told = replace(
        gathered,
        history=replace(gathered.history, agreed=np.where(old, 0.0, gathered.history.agreed)),
        treatment=tuple("before the desk" if was else of for was, of in zip(old, gathered.treatment, strict=True)),
    )
    model = learn(told, POLICY, champion, now=NOW, by="analyst").model
    assert model is not None
    assert model.bands is not None
    points = scores(model.card, told.history.scored())[~old]
    assert 0.3 < float(np.mean(points >= model.bands.sales_from)) <= 0.52
