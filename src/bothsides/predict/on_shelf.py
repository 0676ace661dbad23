"""What stands on the shelf, a line a model: its verdict, its first figure, whether it knows today's data, what next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from bothsides.predict.asking import MODELS
from bothsides.predict.in_words import NAMES, SHORT, sentence
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.shelf import Stored, read_latest
from bothsides.schema import Side


class Standing(StrEnum):
    """How a stored model stands to the data of today."""

    FRESH = "fresh"
    OLDER = "older than the data"
    BEFORE_LOAD = "made before the last load"
    LATER = "made from what came later"
    BROKEN = "cannot be read"
    NONE = "none stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfLine:
    """One model as it is stored: nothing is fitted anew for it; of one made from what came later only its name.

    `known_to` is the last day it knew, `command` what shows who comes first, or makes it (anew).
    """

    id: str
    title: str
    standing: Standing
    verdict: str = ""
    says: str = ""
    known_to: date | None = None
    command: str

    @property
    def next_step(self) -> str:
        """What the command is for."""
        if self.standing is Standing.FRESH:
            silent = SHORT[ModelVerdict.NO_SIGNAL], SHORT[ModelVerdict.TOO_LITTLE]
            return "what would help" if self.verdict in silent else "who comes first"
        return "to make it" if self.standing is Standing.NONE else "to make it anew"


def on_shelf(
    folder: Path, *, known_to: date, load_id: int | None, but: frozenset[str] = frozenset({"churn"})
) -> tuple[ShelfLine, ...]:
    """Every model but those named, by side where each has its own, beside the data of a load up to a day.

    Of one that knew more than the day or came of a later load nothing is told: whoever looks back did not have it.
    """
    return tuple(_line(folder, name, side, known_to, load_id) for name, side in _asked() if name not in but)


def _asked() -> Iterator[tuple[str, Side | None]]:
    for name, model in MODELS.items():
        for side in Side if model.by_side else (None,):
            yield name, side


def _line(folder: Path, name: str, side: Side | None, known_to: date, load_id: int | None) -> ShelfLine:
    # Upsell is asked of no side and stored under the one it speaks of.
    spoken = Side.SUPPLIER if name == "upsell" else side
    model_id = f"{name}-{spoken.value}" if spoken else name
    title = f"{NAMES[name]}{f', {spoken.value}s' if spoken else ''}"
    command = f"bothsides predict {name}{f' --side {side.value}' if side else ''}"
    try:
        stored = read_latest(folder, model_id)
    except (ValueError, OSError) as error:
        return ShelfLine(id=model_id, title=title, standing=Standing.BROKEN, says=str(error), command=command)
    if stored is None:
        return ShelfLine(id=model_id, title=title, standing=Standing.NONE, command=command)
    standing = _standing(stored, known_to, load_id)
    if standing is Standing.LATER:
        return ShelfLine(id=model_id, title=title, standing=standing, command=command)
    return ShelfLine(
        id=model_id,
        title=title,
        standing=standing,
        verdict=_verdict(stored),
        says=str(stored.content.get("headline") or sentence(str(stored.card.get("reason", "")))),
        known_to=stored.known_to,
        command=command,
    )


def _standing(stored: Stored, known_to: date, load_id: int | None) -> Standing:
    """How it stands to that day and load; a later load may have restated days that the model knew."""
    if stored.known_to is not None and stored.known_to > known_to:
        return Standing.LATER
    if stored.load_id != load_id and (load_id is None or (stored.load_id or 0) > load_id):
        return Standing.LATER
    if stored.known_to != known_to:
        return Standing.OLDER
    return Standing.FRESH if stored.load_id == load_id else Standing.BEFORE_LOAD


def _verdict(stored: Stored) -> str:
    told = stored.card.get("verdict")
    return SHORT[ModelVerdict(told)] if told in set(ModelVerdict) else str(told or "")
