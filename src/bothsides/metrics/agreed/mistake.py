"""What is wrong with a formula that somebody wrote: where, which word, and what may stand there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `position` counts characters from 1, None where the whole formula is meant."""

    position: int | None
    word: str
    said: str

    def __str__(self) -> str:
        place = "" if self.position is None else f"at {self.position}: "
        return f"{place}{self.word!r} {self.said}" if self.word else f"{place}{self.said}"


class FormulaError(ValueError):
    """A text is no formula; the message names every mistake."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


def not_one_of(what: str, word: str, allowed: Iterable[str]) -> str:
    """Says that a word is no such thing, what there is, and what was perhaps meant.

    >>> not_one_of("a date of orders", "place_on", ["placed_on", "lapsed_on"])
    'is not a date of orders; allowed: placed_on, lapsed_on; did you mean placed_on?'
    """
    names = list(allowed)
    near = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"is not {what}; allowed: {', '.join(names)}{hint}"
