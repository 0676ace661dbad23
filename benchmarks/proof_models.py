"""Churn and new pairs on the UK ledger, each beside the rule that everybody has, paired in one run.

M8: who places no order in the last three months, learned from four earlier cut-offs, against days since the last
order. M9: which buyer starts with which supplier in the last nine months, against how many of its sector buy there.
Intervals are of the paired gap, 95 %; pairs of one buyer count as one cluster. Then the same with outcomes shuffled
within each cut-off: no copy may be given a signal.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import harness
import numpy as np

from bothsides import ingest
from bothsides.metrics import Store, open_store, refresh
from bothsides.predict.cases import Cases, ModelSpec
from bothsides.predict.churn import churn, churn_spec
from bothsides.predict.churn_features import trade_months
from bothsides.predict.judging import Read, predicted
from bothsides.predict.match import MATCH, match
from bothsides.predict.model_card import Comparison, Estimate, ModelCard, ModelVerdict
from bothsides.predict.pair_features import pair_trade
from bothsides.predict.validation import TimeSplit, time_split
from bothsides.schema import Side
from bothsides.workspace import Workspace

EXAMPLE = harness.FOLDER.parent / "examples" / "uk-digital-marketplace"
DATA = Path(os.environ.get("BOTHSIDES_DATA") or harness.FOLDER.parent.parent / "shared" / "data")
CHURN_GAP, MATCH_AUC, MATCH_RECALL, RATIO = 0.04, 0.82, 0.35, (0.67, 1.5)
SETTING = (
    "UK G-Cloud ledger, 13,492 lines of 2012-04 to 2014-06; every model learned from cut-offs whose outcomes end "
    "before the span it is judged on. The rule of churn is days since the last order, that of pairs how many buyers "
    "of the same sector buy from the supplier."
)
SIDES = {Side.BUYER: "buyers", Side.SUPPLIER: "suppliers"}


@contextmanager
def ledger() -> Iterator[Store]:
    """The UK ledger, synced into a folder of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "workspace"
        shutil.copytree(EXAMPLE, folder)
        os.environ["BOTHSIDES_DATA"] = str(DATA)
        opened = Workspace.open(folder)
        ingest.sync(opened, now=datetime(2026, 1, 1, tzinfo=UTC), refresh=refresh("GBP"), progress=lambda _: None)
        with open_store(opened.warehouse_path) as store:
            yield store


def measured(card: ModelCard, measure: str) -> Comparison:
    """The card's comparison; a proof that lacks it has failed."""
    found = card.measured(measure)
    if found is None:
        raise RuntimeError(f"{card.id} was not judged by {measure}: {card.reason}")
    return found


def shown(figure: Estimate | None, digits: int = 3) -> str:
    """A number with its interval."""
    if figure is None:
        return ""
    if figure.low is None or figure.high is None:
        return f"{figure.value:.{digits}f}"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def rows(who: str, card: ModelCard, measures: tuple[str, ...]) -> list[str]:
    """One table row a measure: the model, the rule, the paired gap."""
    return [
        f"| {who} | {card.n_test:,} | {found.measure} | {shown(found.baseline)} | {shown(found.model)} "
        f"| {shown(found.gap)} |"
        for found in (measured(card, measure) for measure in measures)
    ]


def m8(store: Store) -> tuple[list[str], list[str], bool]:
    """Churn of both sides: rows of the table, verdicts, whether the bar is met."""
    table, verdicts, met = [], [], True
    for side, who in SIDES.items():
        card = churn(store, side).card
        table += rows(f"M8 churn, {who}", card, ("auc", "brier", "log_loss"))
        gap = measured(card, "auc").gap
        well = gap is not None and gap.low is not None and gap.value >= CHURN_GAP and gap.low > 0
        met = met and well
        verdicts.append(
            f"- M8, {who}: AUC above the rule by {shown(gap)}, bar +{CHURN_GAP} with the interval above 0: "
            f"{'met' if well else 'MISSED'}; came over predicted "
            f"{shown(measured(card, 'observed_to_predicted').model, 2)}; verdict: {card.verdict.value}"
        )
    return table, verdicts, met


def m9(store: Store) -> tuple[list[str], list[str], bool]:
    """New pairs: rows of the table, verdicts, whether the bar is met."""
    card = match(store).card
    ranking, recall, ratio = (measured(card, name) for name in ("auc", "recall_at_10", "observed_to_predicted"))
    well = ranking.model.value >= MATCH_AUC and recall.model.value >= MATCH_RECALL and ranking.wins
    calibrated = RATIO[0] <= ratio.model.value <= RATIO[1]
    honest = calibrated or card.verdict is ModelVerdict.NOT_CALIBRATED
    came = round((card.base_rate or 0) * card.n_test)
    bars = f"AUC {ranking.model.value:.3f}, bar {MATCH_AUC}; recall@10 {recall.model.value:.3f}, bar {MATCH_RECALL}"
    above = f"AUC above sector popularity by {shown(ranking.gap)}"
    level = f"came over predicted {shown(ratio.model, 2)} with {came} new pairs"
    verdicts = [
        f"- M9: {bars}; {above}: {'met' if well else 'MISSED'}",
        f"- M9: {level}, outside {RATIO[0]}-{RATIO[1]} shown as not calibrated; verdict: {card.verdict.value}",
    ]
    return rows("M9 new pairs", card, ("auc", "recall_at_10", "log_loss")), verdicts, well and honest


def shuffled(cases: Cases, seed: int) -> Cases:
    """The cases with what came of them dealt out anew."""
    if cases.outcome is None:
        return cases
    rng = np.random.default_rng([seed, cases.cutoff.toordinal()])
    return replace(cases, outcome=rng.permutation(cases.outcome))


def silent(store: Store, copies: int) -> dict[str, int]:
    """Of so many copies with shuffled outcomes, how many were given no signal, model by model."""
    found: dict[str, int] = {}
    for side, who in SIDES.items():
        spec = churn_spec(side)
        with trade_months(store, side, split_of(store, spec).now) as trade:
            found[f"churn of {who}"] = without_signal(store, spec, trade.cases, copies)
    with pair_trade(store, split_of(store, MATCH).now) as pairs:
        found["new pairs"] = without_signal(store, MATCH, pairs.cases, copies)
    return found


def split_of(store: Store, spec: ModelSpec) -> TimeSplit:
    """The model's split of the ledger."""
    first, last = store.ranges["orders"]
    split = time_split(first, last, horizon=spec.horizon_months, step=spec.step_months)
    if split is None:
        raise RuntimeError(f"the ledger is too short for {spec.id}")
    return split


def without_signal(store: Store, spec: ModelSpec, read: Read, copies: int) -> int:
    """How many copies end without a signal."""
    split = split_of(store, spec)

    def verdict(seed: int) -> ModelVerdict:
        return predicted(spec, split, lambda cutoff, months: shuffled(read(cutoff, months), seed), dict).card.verdict

    return sum(verdict(seed) is ModelVerdict.NO_SIGNAL for seed in range(copies))


def main() -> int:
    """Judge both models and their shuffled copies, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shuffles", type=int, default=20, help="copies of each model with shuffled outcomes")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    with ledger() as store:
        churned, of_churn, met_churn = m8(store)
        matched, of_match, met_match = m9(store)
        quiet = silent(store, words.shuffles)
    harness.write_section(
        "Churn and new pairs",
        [
            SETTING,
            "",
            "| model | cases | measure | rule | model | paired gap |",
            "|---|---|---|---|---|---|",
            *churned,
            *matched,
            "",
            *of_churn,
            *of_match,
            *(
                f"- Outcomes shuffled, {name}: {count} of {words.shuffles} without a signal: "
                f"{'met' if count == words.shuffles else 'MISSED'}"
                for name, count in quiet.items()
            ),
        ],
        results=words.results,
    )
    return 0 if met_churn and met_match and all(count == words.shuffles for count in quiet.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
