"""`bothsides predict`: what accounts will do, how well that was foretold before, and who comes first."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published, word_and_folder
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.cli.predictions import Told
    from bothsides.metrics import Store
    from bothsides.predict.asking import Question
    from bothsides.schema import Side


def predict(
    model: Annotated[
        str | None, Parameter(help="churn, ltv, spend, match or upsell; all of them, a line each, without it.")
    ] = None,
    *,
    side: Annotated[str | None, Parameter(help="buyer or supplier; both when it is not given.")] = None,
    top: Annotated[int, Parameter(help="How many accounts or pairs to list.")] = 10,
    horizon: Annotated[int, Parameter(help="Months of lifetime value: 24 or 36.")] = 24,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts; nothing is stored.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then; nothing is stored.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print records for scripts.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> int:
    """What accounts will do: verdict first, then how it did on time it had not seen, then who comes first and why.

    A model is fitted anew from the workspace's facts, judged on the latest months, which it did not learn from, and
    stored in the models folder with its version and data window; what has become of the one stored before is told.
    Examples:

    bothsides predict

    bothsides predict churn --side buyer --top 20

    bothsides predict ltv --json
    """
    from bothsides.cli.prediction_tables import AUDITED
    from bothsides.cli.predictions import as_record, overview, show
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.metrics.agreed.commission import buyer_share
    from bothsides.predict.asking import MODELS, Question
    from bothsides.schema import Side
    from bothsides.workspace import Workspace

    model, folder = word_and_folder(model, workspace)
    if model is not None and model not in MODELS:
        raise ValueError(f"{model!r} is not one of {', '.join(MODELS)}; a workspace is named with --workspace")
    if side is not None and side not in set(Side):
        raise ValueError(f"--side {side!r} is not one of {', '.join(Side)}")
    if model is not None and side is not None and not MODELS[model].by_side:
        raise ValueError(f"--side {side!r}: {model} is not asked of a side; leave --side out")
    if top < 0:
        raise ValueError(f"--top {top} must be 0 or more")
    opened = Workspace.open(folder)
    dictionary = read_dictionary(opened.folder)
    asked = Question(
        side=Side(side) if side else None, as_of=day(as_of, "--as-of"), credit=buyer_share(dictionary),
        horizon_months=horizon,
    )  # fmt: skip
    storing = as_of is None and known_on is None
    with open_store(published(opened), known_on=known_on, dictionary=dictionary) as store:
        told = [
            _told(store, name, of, asked, opened.models_dir if storing else None)
            for name in ([model] if model else MODELS)
            for of in _sides(name, asked)
        ]
        warn_of_set_aside(store)
    audited = _audited(opened.folder) if model in (None, "churn") else AUDITED
    if json:
        print(json_text.dumps([as_record(one, top, audited=audited) for one in told], indent=2, ensure_ascii=False))
    elif model is None:
        overview(screen(), told)
    else:
        show(screen(), told, top, audited=audited)
    broken = [one.error for one in told if one.error]
    sys.stderr.writelines(plain(f"bothsides: {error}\n").plain for error in broken)
    return 1 if broken else 0


def _audited(folder: Path) -> float:
    """The chance from which the audit names an account at risk; only who is told it waits for that room."""
    from bothsides.diagnosis import read_policy

    return read_policy(folder).at_risk_probability


def _sides(name: str, asked: Question) -> tuple[Side | None, ...]:
    from bothsides.predict.asking import MODELS
    from bothsides.schema import Side

    if not MODELS[name].by_side:
        return (None,)
    return (asked.side,) if asked.side else tuple(Side)


def _told(store: Store, name: str, side: Side | None, asked: Question, folder: Path | None) -> Told:
    """The model's answer, beside what was stored of it before; today's goes on the shelf unless that cannot be read."""
    from dataclasses import replace

    from bothsides.cli.predictions import Told
    from bothsides.predict.asking import MODELS, kept
    from bothsides.predict.shelf import keep, read_latest, stored
    from bothsides.predict.since import since

    answer = MODELS[name].ask(store, replace(asked, side=side))
    known = store.ranges.get("orders")
    told = Told(question=MODELS[name].question, answer=answer, currency=store.currency)
    if folder is None:
        return told
    try:
        before = read_latest(folder, answer.card.id)
    except ValueError as error:
        return replace(told, error=str(error))
    made = store.engine.row("SELECT max(load_id) FROM loads WHERE status = 'ok'")
    today = stored(answer.card, window=known, load_id=made[0] if made else None, content=kept(answer))
    keep(folder, today)
    became = None if before is None else since(before, answer.card, known_to=today.known_to, load_id=today.load_id)
    return replace(told, stored=today, since=became)
