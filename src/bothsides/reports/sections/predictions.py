"""What the models know and do not know: a verdict each, judged on months they had not seen; the rest folds."""

from bothsides.diagnosis.at_risk import RiskCount
from bothsides.diagnosis.picture import Diagnosis
from bothsides.predict.in_words import MEASURES, NAMES, SHORT, TWO_SIDES, is_rule, verdict_said
from bothsides.predict.model_card import Comparison, Feature, ModelCard, ModelVerdict
from bothsides.predict.on_shelf import ShelfLine, Standing
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import count, percent, plural, spoken
from bothsides.reports.pieces import Column, Section, coded, fold, prose, table

_METHOD = (
    "A model learns from earlier months and is judged on later ones, beside the rule that everybody has. Where it adds "
    "nothing to the rule, the rule is used; where nothing can be told, it says so."
)
LISTED = 10
"""Accounts that the command lists where it is not asked for more."""
_UNTOLD = {Standing.NONE, Standing.LATER}
_AGE = {Standing.OLDER: "before the latest data, as of", Standing.BEFORE_LOAD: "before the last load, as of"}


def predictions(diagnosis: Diagnosis) -> Section | None:
    """One line per model with its verdict; calibration, measures and features one fold away."""
    if not diagnosis.predictions:
        return None
    cards = diagnosis.predictions
    lines = [
        element("li", element("b", subject(card)), ": ", coded(said(card)), _at_risk(diagnosis, card)) for card in cards
    ]
    lines += [_stored(line) for line in diagnosis.stored_models if line.standing not in _UNTOLD]
    judged = [card for card in cards if card.bands]
    folds = [fold(f"How well it is known: {subject(card).lower()}", _known(card)) for card in judged]
    missing, later = _missing(diagnosis.stored_models), _left_out(diagnosis.stored_models)
    body = Markup(
        "".join([element("ul", lines), _two_sides(diagnosis), later, missing, prose(_METHOD, class_="note"), *folds])
    )
    return Section(id="predictions", nav="What comes next", heading="What accounts will do next", body=body)


def subject(card: ModelCard) -> str:
    """Which accounts the model speaks about, and what it says of them."""
    who = f"{card.side.value}s" if card.side else "pairs"
    return f"{who.capitalize()} · {card.label}"


def said(card: ModelCard) -> str:
    """The verdict in one sentence."""
    ranking = card.measured("auc")
    if card.verdict is ModelVerdict.TOO_LITTLE or ranking is None:
        return f"{verdict_said(card)}; {card.reason}."
    ranks = f"it puts {percent(round(ranking.model.value, 2))} of pairs in the right order"
    if ranking.baseline is not None and not is_rule(card):
        ranks = f"{ranks}, the rule ({card.baseline}) {percent(round(ranking.baseline.value, 2))}"
    if card.verdict is ModelVerdict.USABLE:
        used = f"the rule is enough, {card.baseline}; " if is_rule(card) else ""
        return f"usable; {used}{ranks} on {plural(card.n_test, 'case')} of later months{_level(card)}."
    return f"{verdict_said(card)}; {card.reason}."


def _level(card: ModelCard) -> str:
    """How many came for each hundred foretold, where that is off beyond chance."""
    found = card.measured("observed_to_predicted")
    if found is None or found.model.low is None or found.model.high is None:
        return ""
    if found.model.low <= 1 <= found.model.high:
        return ""
    return f"; {100 * found.model.value:.0f} came for each 100 foretold"


def _at_risk(diagnosis: Diagnosis, card: ModelCard) -> Markup:
    """How many were scored and are at risk, the first of them by name, and the finding about them."""
    found = next((one for one in diagnosis.at_risk if one.model_id == card.id), None)
    if found is None:
        return Markup("")
    scored = (
        f" {plural(found.scored, 'account')} scored, {count(found.lately)} of them with an order in the last 3 months"
    )
    if not card.usable:
        return element("span", f"{scored}; its chances did not hold, so none is named.")
    return element(
        "span", f"{scored}; {count(found.likely)} of these at risk{_first(found)}. ", _finding(diagnosis, found)
    )


def _first(found: RiskCount) -> str:
    named = ", ".join(f"{spoken(name)} ({percent(round(chance, 2))})" for name, chance in found.first)
    return f", with most to lose {named}" if named else ""


def _finding(diagnosis: Diagnosis, found: RiskCount) -> Markup:
    """A link to the finding about them; where there is none, which command lists them."""
    about, unranked = (
        [one for one in told if one.kind == "accounts_at_risk" and one.place.side is found.side]
        for told in (diagnosis.findings, diagnosis.unranked)
    )
    if about:
        return element("a", f"Finding {about[0].rank} names them", href=f"#finding-{about[0].rank}")
    where = (
        "Among the findings without a rank"
        if unranked
        else "Too little hangs on them for a finding"
        if found.likely
        else ""
    )
    most = f" --top {found.likely}" if found.likely > LISTED else ""
    listed = element("code", f"bothsides predict churn --side {found.side.value}{most}")
    how = "the command line lists them first: "
    return element("span", f"{where}; {how}" if where else f"{how[:1].upper()}{how[1:]}", listed, ".")


def _stored(line: ShelfLine) -> Markup:
    """A stored model in one line: verdict, first figure, how old, what next."""
    if line.standing is Standing.BROKEN:
        told = f": its stored file cannot be read; {line.next_step}: "
    else:
        age = _AGE.get(line.standing, "as of")
        told = f": {line.verdict}; {spoken(f'{line.says} Made {age} {line.known_to}')}; {line.next_step}: "
    return element("li", element("b", line.title), told, element("code", line.command), ".")


def _two_sides(diagnosis: Diagnosis) -> Markup:
    """Why the two totals of the next three months differ, where both stand here."""
    told = [one for one in diagnosis.stored_models if one.standing not in {*_UNTOLD, Standing.BROKEN}]
    spent = [one for one in told if one.title.startswith(NAMES["spend"]) and one.verdict == SHORT[ModelVerdict.USABLE]]
    return prose(TWO_SIDES, class_="note") if len(spent) > 1 else Markup("")


def _missing(lines: tuple[ShelfLine, ...]) -> Markup:
    """The models that nobody has made yet, and how to."""
    names = [line.title for line in lines if line.standing is Standing.NONE]
    if not names:
        return Markup("")
    return prose(
        f"Not made yet: {'; '.join(names)}. On the command line ", element("code", "bothsides predict"), " makes them."
    )


def _left_out(lines: tuple[ShelfLine, ...]) -> Markup:
    """The models that whoever looks back did not have, by name alone."""
    names = [line.title for line in lines if line.standing is Standing.LATER]
    return prose(f"Left out, since made from what came later: {'; '.join(names)}.") if names else Markup("")


def _known(card: ModelCard) -> Markup:
    parts = [
        element("p", coded(f"{card.reason[:1].upper()}{card.reason[1:]}.")),
        _calibration(card),
        _measures(card),
        _features(card),
    ]
    if card.notes:
        parts.append(element("ul", [element("li", coded(f"{note[:1].upper()}{note[1:]}.")) for note in card.notes]))
    return Markup("".join([*parts, prose(_provenance(card), class_="of")]))


def _calibration(card: ModelCard) -> Markup:
    columns = [
        Column(label="chance given"),
        Column(label="cases", numeric=True),
        Column(label="came true", numeric=True),
        Column(label="range", numeric=True),
        Column(label="held"),
    ]
    rows = [
        [
            percent(round(band.predicted, 2)),
            count(band.n),
            percent(round(band.observed.value, 2)),
            f"{percent(round(band.observed.low or 0, 2))} to {percent(round(band.observed.high or 0, 2))}",
            "no" if band.off else "yes",
        ]
        for band in card.bands
    ]
    return table("What was said and what came; the ranges hold together 19 times in 20", columns, rows)


def _measures(card: ModelCard) -> Markup:
    columns = [
        Column(label="on later months"),
        Column(label="model", numeric=True),
        Column(label=card.baseline, numeric=True),
        Column(label="difference, 95 %", numeric=True),
    ]
    rows = [[_plain(found.measure), *_figures(found)] for found in card.comparisons]
    return table("How it did beside the rule", columns, rows)


def _plain(measure: str) -> str:
    """The measure in words alone: the field's term in brackets stands on the command line."""
    return MEASURES.get(measure, measure).partition(" (")[0]


def _figures(found: Comparison) -> list[str]:
    rule = "–" if found.baseline is None else f"{found.baseline.value:.3f}"
    gap = found.gap
    apart = "–" if gap is None or gap.low is None or gap.high is None else f"{gap.low:+.3f} to {gap.high:+.3f}"
    return [f"{found.model.value:.3f}", rule, apart]


def _features(card: ModelCard) -> Markup:
    columns = [
        Column(label="what it looks at"),
        Column(label="pull on the chance (above 0: up)", numeric=True),
        Column(label="moved (above 0.25)", numeric=True),
    ]
    used = sorted((f for f in card.features if f.weight), key=lambda feature: -abs(feature.weight))
    return table("What it looks at, the strongest first", columns, [_feature(feature) for feature in used])


def _feature(feature: Feature) -> list[str]:
    return [feature.says, f"{feature.weight:+.2f}", "–" if feature.psi is None else f"{feature.psi:.2f}"]


def _provenance(card: ModelCard) -> str:
    cutoffs = ", ".join(day.isoformat() for day in card.train_cutoffs)
    span = "" if card.test_span is None else f"; judged on {card.test_span[0]} to {card.test_span[1]}"
    return f"{card.method[:1].upper()}{card.method[1:]}. Cut-offs {cutoffs}{span}. Version {card.version}."
