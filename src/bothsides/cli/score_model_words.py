"""Fitted cards, their trials and their moves, in words and as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bothsides.leads.models.learning import Learned
    from bothsides.leads.models.lifecycle import Moved, Tried
    from bothsides.leads.models.record import Acts, Model, Role
    from bothsides.predict.model_card import Estimate
    from bothsides.predict.scorecard.leaks import Refused
    from bothsides.predict.scorecard.treatment import WonByTreatment
    from bothsides.predict.scorecard.trial import Trial


def fitted_record(found: Learned) -> dict[str, Any]:
    """What learning came to, for scripts."""
    return {
        "side": found.side.value,
        "verdict": found.verdict.value,
        "reason": found.reason,
        "leads": found.n,
        "won": found.won,
        "ranking": _estimate(found.ranking),
        "refused": [_refused(one) for one in found.refused],
        "notes": list(found.notes),
        "by_treatment": [_treated(one) for one in found.by_treatment],
        "card": None if found.model is None else card_record("shadow", found.model),
    }


def fitted_lines(found: Learned) -> list[str]:
    """What learning came to; the card whole where there is one."""
    lines = [f"{found.side.value}s: {found.verdict.value}; {found.reason}", *found.notes]
    if found.model is None:
        lines.append("The signed points stay as they are.")
        return [*lines, *_refusals(found.refused), *_treatments(found.by_treatment, _OFF_THE_CARD)]
    lines += ["", *card_lines("shadow", found.model), ""]
    lines.append(f"It scores every lead in the shadow. Try it: bothsides score trial {found.side.value}")
    return lines


def card_record(role: Role, model: Model) -> dict[str, Any]:
    """The card, for scripts."""
    from bothsides.leads.models.record import model_to_plain

    return {"version": model.version, "role": role, **model_to_plain(model)}


def card_lines(role: Role, model: Model) -> list[str]:
    """The card as people sign it: points by field and bin, what ten points were worth, where its bands begin."""
    from bothsides.leads.models.seen import in_words
    from bothsides.predict.scorecard.printed import printed

    text = printed(model.card)
    for name in model.card.names:
        text = text.replace(f"{name} (up to", f"{in_words(name)} (up to")
    lines = [f"{role}, learned on {model.learned_on} (data {model.snapshot}) with {model.agreed_card}"]
    lines += ["", *text.splitlines(), ""]
    if model.bands is not None:
        by = model.bands
        lines.append(f"Sales from {by.sales_from} points, self-serve from {by.self_serve_from}, nurture below")
    how = "in the place of the signed points" if model.counts == "instead" else "added to the signed points"
    lines.append(f"It counts {how}.")
    return [*lines, *_treatments(model.by_treatment, _OFF_THE_CARD), *_refusals(model.refused)]


def trial_record(found: Tried) -> dict[str, Any]:
    """The trial, for scripts."""
    return {
        **_trial(found.trial),
        "scored_as_they_came": found.as_they_came,
        "by_treatment": [_treated(one) for one in found.by_treatment],
        "alpha_left_this_year": round(found.alpha_left, 6),
    }


def trial_lines(found: Tried) -> list[str]:
    """What the gate said."""
    trial, several = found.trial, len({one.treatment for one in found.by_treatment}) > 1
    lines = [
        (
            f"{trial.side.value}s: {trial.challenger} against {trial.champion} on {trial.n:,} later leads,"
            f" {trial.won:,} of them won; {found.as_they_came:,} of them were scored by it as they came"
        ),
        *_gate(trial),
        *_treatments(found.by_treatment if several else (), _FOR_THE_CARD),
        f"This look may have erred by {trial.alpha:.2%}; the year has {found.alpha_left:.2%} left.",
    ]
    if trial.passed:
        lines.append(f"Sign it: bothsides score promote {trial.side.value} --signed-by NAME NAME")
    return lines


def moved_record(found: Moved) -> dict[str, Any]:
    """The move, for scripts."""
    return {
        "side": found.side.value,
        "now_in_force": found.now_in_force,
        "before": found.before,
        "leads_to_score_anew": found.leads,
    }


def moved_lines(found: Moved) -> list[str]:
    """What is in force now."""
    return [
        f"{found.side.value}s: {_named(found.now_in_force)} in force, before it was {_named(found.before)}",
        f"{found.leads:,} open leads are scored anew by the next tick.",
    ]


def side_record(acts: Acts, held: Mapping[str, tuple[Role, Model]]) -> dict[str, Any]:
    """A side's cards, for scripts."""
    standing = acts.standing
    return {
        "side": acts.side.value,
        "in_force": standing.in_use,
        "shadow": standing.shadow,
        "before": list(standing.before),
        "cards": [
            {"version": name, "role": role, "fitted_at": model.fitted_at, "learned_on": model.learned_on}
            for name, (role, model) in held.items()
        ],
        "acts": [
            {
                "act": act.act.value,
                "version": act.version,
                "at": act.at,
                "by": act.by,
                "reason": act.reason,
                "signed_by": list(act.signed_by),
                "trial": None if act.trial is None else _trial(act.trial),
            }
            for act in acts.acts
        ],
    }


def side_lines(acts: Acts, held: Mapping[str, tuple[Role, Model]]) -> list[str]:
    """A side's cards, and what happened to them."""
    from bothsides.schema.instant import in_utc

    standing = acts.standing
    lines = [f"{acts.side.value}s: {_named(standing.in_use)} in force"]
    if standing.shadow is not None and standing.shadow_since is not None:
        lines[0] += f", {standing.shadow} in the shadow since {in_utc(standing.shadow_since):%Y-%m-%d}"
    for act in acts.acts:
        told = f"  {in_utc(act.at):%Y-%m-%d}  {act.act.value:<12} {_named(act.version)} by {act.by}"
        if act.signed_by:
            told += f", signed by {' and '.join(act.signed_by)}"
        # Of a promotion the line above, its trial, says why.
        why = "" if act.signed_by else act.reason
        lines.append(f"{told}{': ' if why else ''}{why}")
        if act.trial is not None and act.trial.passed:
            lines.append("              passed")
    if not held:
        lines.append(f"  no card was fitted yet: bothsides score fit {acts.side.value}")
    return lines


def _named(version: str) -> str:
    from bothsides.leads.models.policy import AGREED_NAME

    return "the signed points" if version == AGREED_NAME else version


def _gate(trial: Trial) -> list[str]:
    if trial.gap is not None:
        low, high = trial.gap.low, trial.gap.high
        between = "" if low is None or high is None else f" (between {100 * low:+.1f} and {100 * high:+.1f})"
        gap = f"of 100 pairs it puts {100 * trial.gap.value:+.1f} more in the right order{between}"
    else:
        gap = "the two could not be compared"
    said = "passed" if trial.passed else "not passed"
    return [f"The gate: {said}; {gap}.", *(f"  it fails: {one}" for one in trial.failed)]


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "side": trial.side.value,
        "challenger": trial.challenger,
        "champion": trial.champion,
        "at": trial.at,
        "leads": trial.n,
        "won": trial.won,
        "passed": trial.passed,
        "failed": list(trial.failed),
        "verdict": trial.verdict.value,
        "ranking": _estimate(trial.ranking),
        "gap": _estimate(trial.gap),
        "alpha": trial.alpha,
        "snapshot": trial.snapshot,
    }


_FOR_THE_CARD = "Won by how these leads were treated, which makes the card that treated them look better than it is:"
_OFF_THE_CARD = "Won by how the leads were treated, which stays off the card:"


def _treatments(table: Sequence[WonByTreatment], says: str) -> list[str]:
    if not table:
        return []
    lines = ["", says]
    for one in table:
        drawn = ", owner drawn at random" if one.in_holdout else ""
        lines.append(f"  {one.treatment + drawn:<34}{one.n:>8,} leads {one.rate.value:>7.1%} won")
    return lines


def _refusals(refused: Sequence[Refused]) -> list[str]:
    if not refused:
        return []
    return ["", "Fields left out:", *(f"  {one.field}: {one.finding.value}; {'; '.join(one.tells)}" for one in refused)]


def _refused(one: Refused) -> dict[str, Any]:
    return {"field": one.field, "finding": one.finding.value, "tells": list(one.tells)}


def _treated(one: WonByTreatment) -> dict[str, Any]:
    return {
        "treatment": one.treatment,
        "in_holdout": one.in_holdout,
        "leads": one.n,
        "won": one.won,
        "rate": _estimate(one.rate),
    }


def _estimate(of: Estimate | None) -> dict[str, float | None] | None:
    return None if of is None else {"value": of.value, "low": of.low, "high": of.high}
