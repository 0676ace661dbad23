"""Out of how many a rating is: read off the ratings themselves, because an export rarely says it."""

from dataclasses import replace

from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.profile import ColumnProfile
from bothsides.ingest.draft.records import ColumnDraft, Sure

_SCALES = (5, 10, 100)
_FEW = 0.05
"""Share of the ratings above a scale up to which they are mistakes."""


def best_rating(guess: FileGuess) -> ColumnDraft | None:
    """The best rating that could be given, where the ratings are not out of 5 and no field tells it."""
    field = guess.field("rating")
    scale = rating_scale(field) if field is not None else None
    if guess.table != "reviews" or field is None or field.figures is None or scale in (None, 5):
        return None
    return ColumnDraft(
        column="best_rating",
        value=str(scale),
        sure=Sure.LIKELY if field.figures.high == scale else Sure.GUESS,
        reason=f"the ratings go up to {field.figures.high:g}, so they are taken as out of {scale}; write the best "
        "rating that could be given",
    )


def with_scale(drafted: ColumnDraft, field: ColumnProfile) -> ColumnDraft:
    """A rating above 5 is never sure, and its reason says out of how many it is taken."""
    if field.figures is None or field.figures.high <= _SCALES[0]:
        return drafted
    scale = rating_scale(field)
    if scale is None:
        said, sure = "; out of how many is not known: write best_rating", Sure.GUESS
    else:
        above = sum(count for value, count in _ratings(field) if value > scale)
        odd = f", although {above:,} of {field.filled:,} are above it" if above else ""
        said, sure = f"; taken as out of {scale}{odd}", Sure.LIKELY if drafted.sure is Sure.SURE else drafted.sure
    return replace(drafted, sure=sure, reason=drafted.reason + said)


def rating_scale(field: ColumnProfile) -> int | None:
    """The first of 5, 10 and 100 that nearly no rating exceeds; None where many exceed 100."""
    counts = _ratings(field)
    total = sum(count for _, count in counts)
    for scale in _SCALES:
        if sum(count for value, count in counts if value > scale) <= _FEW * total:
            return scale
    return None


def _ratings(field: ColumnProfile) -> list[tuple[float, int]]:
    """Every rating that is a plain number, and how often it was given."""
    if field.figures is None:
        return []
    found = []
    for word, count in field.words:
        try:
            found.append((float(word.replace(",", ".") if field.figures.decimal == "," else word), count))
        except ValueError:
            continue
    return found
