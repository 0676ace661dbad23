"""`bothsides score fit | trial | promote | rollback | models`: points fitted from the desk's own won and lost leads."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bothsides.cli.at_the_desk import AsOf, Moment, Who, at_the_desk, who
from bothsides.cli.lengths import a_name, in_words
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.schema import Side

WhichSide = Annotated[str, Parameter(help="buyer or supplier: each side has its own card.")]
AsJson = Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")]

COMMANDS: dict[str, str] = {
    "fit": "Learn a card from won and lost leads; it runs in the shadow of the one in force.",
    "trial": "Try the card in the shadow against the one in force, on later leads.",
    "promote": "Put the card that passed its trial in force; two people sign.",
    "rollback": "Use the card before again, at once.",
    "models": "The cards of each side, what is in force, what the trials said; one card whole.",
}
"""Subcommands of `bothsides score`; `bothsides.cli.score_models:<name>` is the function."""


def fit(
    side: WhichSide, *, by: Who = None, at: Moment = None, json: AsJson = False, workspace: WorkspaceFolder = Path()
) -> None:
    """Learn a card from the desk's won and lost leads, with the signed points as a prior.

    Each lead is taken as it stood when it was first decided about. Fields that leak, name the lead or are protected
    are refused by name; leads too young to have closed are set aside. A history that tells nothing gives no card.
    The card scores every lead beside the one in force and decides nothing. Examples:

    bothsides score fit buyer

    bothsides score fit supplier --json
    """
    from bothsides.cli.score_model_words import fitted_lines, fitted_record
    from bothsides.leads.models.lifecycle import fit as fitting

    with at_the_desk(workspace, at) as desk:
        found = fitting(desk.logbook, desk.agreed, _side(side), now=desk.now, by=who(by))
    _print(fitted_record(found), fitted_lines(found), json)


def trial(
    side: WhichSide,
    *,
    signed_off: Annotated[
        tuple[str, ...], Parameter(help="A field whose reason may turn round; may be given again.", negative=())
    ] = (),
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> int:
    """Try the card in the shadow against the one in force, on leads later than either learned from.

    It must rank better beyond chance and be no worse in squared error and calibration. All looks of a year share what
    they may err by, so look seldom and at many leads. Ends with code 1 where it did not pass. Example:

    bothsides score trial buyer
    """
    from bothsides.cli.score_model_words import trial_lines, trial_record
    from bothsides.leads.models.lifecycle import trial as trying

    with at_the_desk(workspace, at) as desk:
        found = trying(desk.logbook, desk.agreed, _side(side), now=desk.now, by=who(by), signed_off=signed_off)
    _print(trial_record(found), trial_lines(found), json)
    return 0 if found.trial.passed else 1


def promote(
    side: WhichSide,
    *,
    signed_by: Annotated[
        tuple[str, str],
        Parameter(help="The two who sign, one of each team: --signed-by 'Ana Ruiz' 'Tom Hadley'.", validator=a_name),
    ],
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Put the card that passed its trial in force.

    Open leads are scored anew by the next tick. Example:

    bothsides score promote buyer --signed-by "Ana Ruiz" "Tom Hadley"
    """
    from bothsides.cli.score_model_words import moved_lines, moved_record
    from bothsides.leads.models.lifecycle import promote as promoting

    with at_the_desk(workspace, at) as desk:
        found = desk.kept(
            lambda book: promoting(book, desk.agreed, _side(side), now=desk.now, by=who(by), signed_by=signed_by)
        )
    _print(moved_record(found), moved_lines(found), json)


def rollback(
    side: WhichSide,
    *,
    reason: Annotated[str, Parameter(help="Why, as it is written down.", validator=in_words)],
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Use the card before again, at once and without a trial.

    Open leads are scored anew by the next tick. Example:

    bothsides score rollback buyer --reason "sales sees too many small companies"
    """
    from bothsides.cli.score_model_words import moved_lines, moved_record
    from bothsides.leads.models.lifecycle import rollback as rolling_back

    with at_the_desk(workspace, at) as desk:
        found = desk.kept(
            lambda book: rolling_back(book, desk.agreed, _side(side), now=desk.now, by=who(by), reason=reason)
        )
    _print(moved_record(found), moved_lines(found), json)


def models(
    version: Annotated[str | None, Parameter(help="A card's version, or its beginning: that card whole.")] = None,
    *,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """The cards of each side, in force, in the shadow or retired, and what the trials said.

    With a version, that card whole, as people sign it. Examples:

    bothsides score models

    bothsides score models 3f2a
    """
    from bothsides.cli.score_model_words import card_lines, card_record, side_lines, side_record
    from bothsides.leads.models.record import acts_of, models_of
    from bothsides.schema import Side

    with at_the_desk(workspace, at, as_it_stands=True) as desk, desk.reading() as book:
        held = {side: models_of(book, side) for side in Side}
        acts = {side: acts_of(book, side) for side in Side}
    if version is None:
        records = [side_record(acts[side], held[side]) for side in Side]
        _print(records, [line for side in Side for line in side_lines(acts[side], held[side])], json)
        return
    found = [of for cards in held.values() for name, of in cards.items() if name.startswith(version)]
    if len(found) != 1:
        names = sorted(name for cards in held.values() for name in cards)
        said = "several cards begin so" if found else "no such card"
        raise KeyError(
            f"{version!r}: {said}; there are {', '.join(names) or 'none yet: bothsides score fit makes one'}"
        )
    role, model = found[0]
    _print(card_record(role, model), card_lines(role, model), json)


def _side(word: str) -> Side:
    from bothsides.schema import Side

    if word not in set(Side):
        raise ValueError(f"side {word!r}: must be {' or '.join(Side)}")
    return Side(word)


def _print(record: object, lines: list[str], json: bool) -> None:
    if json:
        print(json_text.dumps(record, indent=2, ensure_ascii=False))
        return
    console = screen()
    for line in lines:
        console.print(plain(line))
