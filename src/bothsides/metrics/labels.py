"""The labels that rows carry on a dimension: a filter on a label that no row has is a mistake, not a zero."""

from difflib import get_close_matches

from bothsides.metrics.compile import NO_LABEL
from bothsides.metrics.facts import FACTS
from bothsides.metrics.store import Store


def unknown_label(store: Store, dim: str, values: tuple[str, ...], first: tuple[str, ...]) -> str | None:
    """Why a filter names a label that no fact has, None when all are known. Facts named in `first` are asked first."""
    wanted = {value for value in values if value != NO_LABEL}
    seen: set[str] = set()
    for name in (*first, *(name for name in FACTS if name not in first)):
        if wanted <= seen:
            return None
        seen |= _labels(store, name, dim)
    missing = sorted(wanted - seen)
    if not missing:
        return None
    near = get_close_matches(missing[0], sorted(seen), n=3, cutoff=0.4) or _same_letters(missing[0], seen)
    hint = f"did you mean {' or '.join(repr(word) for word in near)}?" if near else _some(seen)
    return f"no row has {dim} {missing[0]!r}: {hint}"


def _labels(store: Store, name: str, dim: str) -> set[str]:
    fact = FACTS[name]
    if dim not in fact.dimensions or store.missing(name):
        return set()
    relation = fact.parties if fact.parties and dim in fact.party_columns else fact.relation
    rows = store.engine.rows(f"SELECT DISTINCT {dim} FROM {relation} WHERE {dim} IS NOT NULL")
    return {str(label) for (label,) in rows}


def _same_letters(word: str, seen: set[str]) -> list[str]:
    return [label for label in sorted(seen) if label.casefold() == word.casefold()]


def _some(seen: set[str]) -> str:
    return f"there are {', '.join(sorted(seen)[:8])}" if seen else "no row has a label there"
