"""A declaration that contradicts itself."""

from collections.abc import Iterable, Sequence


class ContradictionError(ValueError):
    """A declaration contradicts itself; the message names every contradiction, `mistakes` each with its key."""

    def __init__(self, what: str, mistakes: Sequence[tuple[str, str]]) -> None:
        super().__init__(f"{what}: " + "; ".join(f"{key}: {said}" for key, said in mistakes))
        self.mistakes = tuple(mistakes)


def refuse_contradictions(what: str, found: Iterable[tuple[str, str]]) -> None:
    """Raises ContradictionError where there are any."""
    if mistakes := list(found):
        raise ContradictionError(what, mistakes)
