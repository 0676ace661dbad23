"""What the models know and do not know: a verdict each, judged on months they had not seen; the rest folds."""

from bothsides.diagnosis.picture import Diagnosis
from bothsides.predict.model_card import Comparison, Feature, ModelCard, ModelVerdict
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import count, percent, plural
from bothsides.reports.pieces import Column, Section, fold, prose, table

_METHOD = (
    "A model learns from earlier months and is judged on later ones, beside the rule that everybody has. Where it adds "
    "nothing to the rule, the rule is used; where nothing can be told, it says so."
)

_MEASURES = {
    "auc": "pairs ranked rightly (AUC)",
    "brier": "squared error (Brier)",
    "log_loss": "surprise (log-loss)",
    "recall_at_10": "of what came, among the ten likeliest",
    "observed_to_predicted": "came for each one predicted",
    "ece": "mean distance of chance and share (ECE)",
}


def predictions(diagnosis: Diagnosis) -> Section | None:
    """One line per model with its verdict; calibration, measures and features one fold away."""
    if not diagnosis.predictions:
        return None
    cards = diagnosis.predictions
    lines = element("ul", [element("li", element("b", subject(card)), f": {said(card)}") for card in cards])
    judged = [card for card in cards if card.bands]
    folds = [fold(f"How well it is known: {subject(card).lower()}", _known(card)) for card in judged]
    body = Markup("".join([lines, prose(_METHOD, class_="note"), *folds]))
    return Section(id="predictions", nav="What comes next", heading="What accounts will do next", body=body)


def subject(card: ModelCard) -> str:
    """Which accounts the model speaks about, and what it says of them."""
    who = f"{card.side.value}s" if card.side else "pairs"
    return f"{who.capitalize()} · {card.label}"


def said(card: ModelCard) -> str:
    """The verdict in one sentence."""
    ranking = card.measured("auc")
    if card.verdict is ModelVerdict.TOO_LITTLE or ranking is None:
        return f"{card.verdict.value}; {card.reason}."
    ranks = f"it ranks {percent(round(ranking.model.value, 2))} of pairs rightly"
    if ranking.baseline is not None and not _is_rule(card):
        ranks = f"{ranks}, {card.baseline} {percent(round(ranking.baseline.value, 2))}"
    if card.verdict is ModelVerdict.USABLE:
        used = f"the rule is enough, {card.baseline}; " if _is_rule(card) else ""
        return f"usable; {used}{ranks} on {plural(card.n_test, 'case')} of later months{_level(card)}."
    return f"{card.verdict.value}; {card.reason}."


def _level(card: ModelCard) -> str:
    """How many came for each one predicted, where that is off beyond chance."""
    found = card.measured("observed_to_predicted")
    if found is None or found.model.low is None or found.model.high is None:
        return ""
    if found.model.low <= 1 <= found.model.high:
        return ""
    return f"; {found.model.value:.2f} came for each one predicted"


def _is_rule(card: ModelCard) -> bool:
    """Whether one feature, the rule's, is all that has a part."""
    return sum(1 for feature in card.features if feature.weight) == 1


def _known(card: ModelCard) -> Markup:
    parts = [
        prose(f"{card.reason[:1].upper()}{card.reason[1:]}."),
        _calibration(card),
        _measures(card),
        _features(card),
    ]
    if card.notes:
        parts.append(element("ul", [element("li", f"{note[:1].upper()}{note[1:]}.") for note in card.notes]))
    return Markup("".join([*parts, prose(_provenance(card), class_="of")]))


def _calibration(card: ModelCard) -> Markup:
    columns = [
        Column(label="chance given"),
        Column(label="cases", numeric=True),
        Column(label="came true", numeric=True),
        Column(label="95 % range", numeric=True),
    ]
    rows = [
        [
            percent(round(band.predicted, 2)),
            count(band.n),
            percent(round(band.observed.value, 2)),
            f"{percent(round(band.observed.low or 0, 2))} to {percent(round(band.observed.high or 0, 2))}",
        ]
        for band in card.bands
    ]
    return table("What was said and what came", columns, rows)


def _measures(card: ModelCard) -> Markup:
    columns = [
        Column(label="on later months"),
        Column(label="model", numeric=True),
        Column(label=card.baseline, numeric=True),
        Column(label="gap, 95 %", numeric=True),
    ]
    rows = [[_MEASURES.get(found.measure, found.measure), *_figures(found)] for found in card.comparisons]
    return table("How it did beside the rule", columns, rows)


def _figures(found: Comparison) -> list[str]:
    rule = "–" if found.baseline is None else f"{found.baseline.value:.3f}"
    gap = found.gap
    apart = "–" if gap is None or gap.low is None or gap.high is None else f"{gap.low:+.3f} to {gap.high:+.3f}"
    return [f"{found.model.value:.3f}", rule, apart]


def _features(card: ModelCard) -> Markup:
    columns = [
        Column(label="what it looks at"),
        Column(label="effect on the log odds, per spread", numeric=True),
        Column(label="has moved", numeric=True),
    ]
    used = sorted((f for f in card.features if f.weight), key=lambda feature: -abs(feature.weight))
    return table("What it looks at, the strongest first", columns, [_feature(feature) for feature in used])


def _feature(feature: Feature) -> list[str]:
    return [feature.says, f"{feature.weight:+.2f}", "–" if feature.psi is None else f"{feature.psi:.2f}"]


def _provenance(card: ModelCard) -> str:
    cutoffs = ", ".join(day.isoformat() for day in card.train_cutoffs)
    span = "" if card.test_span is None else f"; judged on {card.test_span[0]} to {card.test_span[1]}"
    return f"{card.method[:1].upper()}{card.method[1:]}. Cut-offs {cutoffs}{span}. Version {card.version}."
