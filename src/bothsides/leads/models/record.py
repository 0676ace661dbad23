"""A fitted card as the logbook keeps it, and the acts on a side's cards in the order in which they happened."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from bothsides.leads.models.policy import AGREED_NAME
from bothsides.logbook import Book, Entry, Kind
from bothsides.predict.scorecard.card import Card
from bothsides.predict.scorecard.leaks import Refused
from bothsides.predict.scorecard.promotion import Entry as Act
from bothsides.predict.scorecard.promotion import Standing, entry_from_json, entry_to_json, standing
from bothsides.predict.scorecard.treatment import WonByTreatment
from bothsides.schema import Side
from bothsides.schema.instant import Instant

Role = Literal["shadow", "champion", "retired"]

MODELS = 6243681
"""The advisory lock of whoever moves a card: one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """From which points on a lead is sales' or self-serve; below is nurture."""

    sales_from: int
    self_serve_from: int
    hysteresis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted card with all that says where it comes from. Nothing of it changes after it was made."""

    card: Card
    counts: Literal["instead", "beside"]
    bands: Bands | None
    """None where the agreement's own thresholds or grid hold."""
    agreed_card: str
    """Version of the signed card whose points it learned with."""
    snapshot: str
    """Hash of the very data it learned from."""
    learned_on: str
    notes: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    by_treatment: tuple[WonByTreatment, ...] = ()
    fitted_at: Instant
    fitted_by: str

    @property
    def version(self) -> str:
        """The card's."""
        return self.card.version


_MODEL = TypeAdapter(Model)


def model_to_plain(model: Model) -> dict[str, Any]:
    """The model as plain values."""
    plain: dict[str, Any] = _MODEL.dump_python(model, mode="json")
    return plain


def model_from_text(text: str, version: str) -> Model:
    """The model as it was written. Raises ValueError where its card is not that version any more."""
    model = _MODEL.validate_json(text)
    if model.version != version:
        raise ValueError(
            f"the logbook names card {version} but holds {model.version}: it was changed after it was made"
        )
    return model


def models_of(book: Book, side: Side) -> dict[str, tuple[Role, Model]]:
    """Every fitted card of the side by its version, with its role now."""
    rows = book.all("SELECT version, role, data FROM models WHERE side = ? ORDER BY version", side.value)
    return {version: (role, model_from_text(data, version)) for version, role, data in rows}


def moved(
    model: Model, role: Role, act: Act, *, agreed_card: str, policy: str, retires: tuple[str, ...] = (), key: str = ""
) -> Entry:
    """The line that says that a card got a role, or was tried and kept it."""
    return Entry(
        kind=Kind.MODEL_MOVED,
        subject=_subject(act.side),
        at=act.at,
        data={
            "side": act.side.value,
            "version": model.version,
            "role": role,
            "retires": list(retires),
            "model": model_to_plain(model),
            "act": json.loads(entry_to_json(act)),
            "agreed_card": agreed_card,
        },
        key=key or None,
        actor=act.by,
        reason=act.reason,
        policy=policy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What happened to a side's cards."""

    side: Side
    acts: tuple[Act, ...]
    tried_with: str | None
    """The version of the signed card at the latest trial."""

    @property
    def standing(self) -> Standing:
        """Which card is in use, which in the shadow."""
        return standing(self.acts, self.side, AGREED_NAME)


def acts_of(book: Book, side: Side) -> Acts:
    """The acts on the side's cards, oldest first."""
    found = []
    tried_with = None
    for line in book.history(_subject(side)):
        if line.kind is Kind.MODEL_MOVED:
            act = entry_from_json(json.dumps(line.data["act"]))
            found.append(act)
            if act.trial is not None:
                tried_with = line.data["agreed_card"]
    return Acts(side=side, acts=tuple(found), tried_with=tried_with)


def last_moved(book: Book) -> int:
    """The number of the last line that moved a card, for a service that keeps the desk open to see that one moved."""
    row = book.one("SELECT max(seq) FROM entries WHERE subject {any}", [_subject(side) for side in Side])
    return int(row[0]) if row and row[0] is not None else 0


def _subject(side: Side) -> str:
    return f"scorecard:{side.value}"
