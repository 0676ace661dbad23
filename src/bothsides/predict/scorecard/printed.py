"""The card on paper: what both teams read before they sign."""

from bothsides.predict.scorecard.card import Card, CardField
from bothsides.schema.instant import in_utc


def printed(card: Card) -> str:
    """The card as plain text: points by field and bin with the leads seen, and what ten points are worth."""
    first, last = (in_utc(moment).date() for moment in card.learned_from)
    lines = [
        f"Scorecard of {card.side.value}s, version {card.version}, from {in_utc(card.effective_from).date()}",
        f"Learned from {card.n:,} leads of {first} to {last}, {card.won:,} of them won ({card.won / card.n:.1%})",
        "",
    ]
    for field in card.fields:
        lines += [f"{field.name} (up to {field.most} points)", *_bins(field), ""]
    lines += [f"  {'score':<12}{'leads':>8}{'won':>8}{'won %':>8}{'expected':>10}"]
    for band in card.bands:
        rate = f"{band.won / band.n:.1%}" if band.n else ""
        lines.append(f"  {f'{band.low} to {band.high}':<12}{band.n:>8,}{band.won:>8,}{rate:>8}{band.expected:>10.1%}")
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _bins(field: CardField) -> list[str]:
    rows = zip(field.labels, field.points, field.seen, field.won, strict=True)
    return [
        f"  {label:<34}{points:>4}{seen:>10,} leads{(f'{won / seen:.0%} won' if seen else ''):>10}"
        for label, points, seen, won in rows
    ]
