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
    BROKEN = "cannot be read"
    NONE = "none stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfLine:
    """One model as it is stored: nothing is fitted anew for it.

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


def on_shelf(folder: Path, *, known_to: date, but: frozenset[str] = frozenset({"churn"})) -> tuple[ShelfLine, ...]:
    """Every model but those named, by side where each has its own, as the folder holds it on a day's data.

    One that knew more than the day is left out: whoever looks back did not have it.
    """
    lines = (_line(folder, name, side, known_to) for name, side in _asked() if name not in but)
    return tuple(line for line in lines if line is not None)


def _asked() -> Iterator[tuple[str, Side | None]]:
    for name, model in MODELS.items():
        for side in Side if model.by_side else (None,):
            yield name, side


def _line(folder: Path, name: str, side: Side | None, known_to: date) -> ShelfLine | None:
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
    if stored.known_to is not None and stored.known_to > known_to:
        return None
    return ShelfLine(
        id=model_id,
        title=title,
        standing=Standing.FRESH if stored.known_to == known_to else Standing.OLDER,
        verdict=_verdict(stored),
        says=str(stored.content.get("headline") or sentence(str(stored.card.get("reason", "")))),
        known_to=stored.known_to,
        command=command,
    )


def _verdict(stored: Stored) -> str:
    told = stored.card.get("verdict")
    return SHORT[ModelVerdict(told)] if told in set(ModelVerdict) else str(told or "")
