"""What hangs on whom in the report: folded tables, one small chart, and a suspicion said as one."""

from dataclasses import replace

from tests.reports import sample
from tests.reports.test_sections import Outline, _said

from bothsides.diagnosis.hanging import (
    Cluster,
    Dependence,
    Fill,
    Hanging,
    PlaceShares,
    Quiet,
    QuietPairs,
    Tie,
    TrustedPlace,
)
from bothsides.metrics import Unit
from bothsides.reports.sections.concentration import concentration
from bothsides.schema import Side


def known() -> Hanging:
    tie = Tie(name="Smith & <b>Sons</b>", on="Anchor Ltd", share=0.91, amount=12_000.0, orders=7)
    return Hanging(
        places=(
            PlaceShares(
                side=Side.SUPPLIER,
                category="Pumps",
                gmv=500_000.0,
                values={"top_1_share": sample.rate("top_1_share", 0.3), "hhi": sample.value("hhi", 0.1, Unit.INDEX)},
            ),
        ),
        dependence=(
            Dependence(
                side=Side.BUYER,
                accounts=400,
                values={"depends_on_one": sample.rate("depends_on_one", 0.2)},
                clusters=(
                    Cluster(
                        side=Side.SUPPLIER,
                        name="Anchor Ltd",
                        direct=12,
                        indirect=3,
                        gmv=90_000.0,
                        gmv_share=0.04,
                        ties=(tie,),
                    ),
                ),
            ),
        ),
        trusted=(
            TrustedPlace(
                category=None,
                pairs=80,
                gmv=70_000.0,
                values={"trusted_pair_rate": sample.rate("trusted_pair_rate", 0.1)},
            ),
        ),
        quiet=quiet(believed=True),
    )


def quiet(*, believed: bool) -> Quiet:
    place = QuietPairs(
        supplier=None,
        category="Pumps",
        region="North",
        stage="new",
        pairs=60,
        controls=20,
        orders=19.0,
        expected=38.0,
        moved=0.0,
        change=sample.value("quiet_pair_change", -0.5, Unit.RATE, n=60, low=-0.7, high=-0.3),
        missing_per_month=4_100.0,
        missing_low=2_000.0,
        missing_high=6_000.0,
        p_value=0.00001,
        believed=believed,
    )
    return Quiet(pairs=900, unmatched=40, ended=12, tested=120, places=(place,))


def shown(hanging: Hanging) -> str:
    return _said(concentration(replace(sample.full(), hanging=hanging)))


def test_the_accounts_that_hang_on_one_are_drawn_and_listed() -> None:
    said = shown(known())
    assert "20 % of buyers that traded twice depend on one supplier" in said
    assert "12 buyers, 4 % of GMV" in said
    assert "Who depends on Anchor Ltd" in said
    assert "Smith & <b>Sons</b>" in said  # as text, not as markup


def test_categories_say_what_their_range_means() -> None:
    said = shown(known())
    assert "Pumps, suppliers" in said
    assert "where another year like this one would put them" in said


def test_quiet_pairs_are_a_suspicion_with_what_was_not_judged() -> None:
    said = shown(known())
    assert "In 1 place pairs that know each other went quiet beyond chance" in said
    assert "Pumps · North" in said
    assert "GBP 4.1 k" in said
    assert "never a proof" in said
    assert "40 pairs had no pair like them" in said


def test_what_is_within_chance_shows_no_money() -> None:
    said = shown(replace(known(), quiet=quiet(believed=False)))
    assert "No place where pairs that know each other went quiet beyond chance" in said
    assert "Pumps · North (within chance)" in said
    assert "GBP 4.1 k" not in said


def test_a_history_that_is_too_short_says_so() -> None:
    nothing = Quiet(
        pairs=0, unmatched=0, ended=0, tested=0, places=(), reason="8 weeks of orders are known; 28 are needed"
    )
    assert "Nothing could be judged: 8 weeks of orders are known" in shown(replace(known(), quiet=nothing))


def test_a_loss_says_what_could_move_and_who_follows() -> None:
    plain = sample.full()
    side = next(each for each in plain.concentration if each.side is Side.SUPPLIER)
    stress = replace(
        side.stress[0],
        gmv_movable_share=0.2,
        gmv_lost_after=(0.21, 0.25, 0.16),
        gmv_lost_with_followers=0.33,
        followers=5,
        cells_undecided=2,
        fill=Fill(requests=300, now=0.7, low=0.6, high=0.66, only_theirs=14),
    )
    diagnosis = replace(plain, concentration=(replace(side, stress=(stress,)),))
    said = _said(concentration(diagnosis))
    assert "21 % (16 % to 25 %)" in said
    assert "21 % (16 % to 25 %) 33 % 5 2 0" in said
    assert "60 % to 66 %, now 70 % of 300" in said
    assert "is assumed, not known" in said


def test_without_followed_accounts_the_section_is_as_before() -> None:
    plain = sample.full()
    assert Outline(concentration(plain).body).words == Outline(concentration(replace(plain, hanging=None)).body).words
