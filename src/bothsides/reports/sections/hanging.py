"""What hangs on whom, folded: what a loss would set off, dependence, categories, trusted and quiet pairs."""

from collections.abc import Sequence

from bothsides.diagnosis.hanging import Cluster, Dependence, Fill, Hanging, Quiet, QuietPairs
from bothsides.diagnosis.picture import Diagnosis, SideConcentration
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Child, Markup
from bothsides.reports.names import metric_name, sides
from bothsides.reports.numbers import count, money, percent, plural
from bothsides.reports.pieces import Column, figure, fold, number_and_trust, prose, table, value_table

_DRAWN, _LISTED = 6, 20
_FIGURES = ("top_1_share", "top_10_share", "hhi", "gini")


def hanging(diagnosis: Diagnosis) -> Markup | None:
    """Everything beside the two sides' totals; nothing where accounts were not followed."""
    known = diagnosis.hanging
    if known is None:
        return None
    parts = [
        *(_dependence(each, diagnosis.currency) for each in known.dependence),
        _places(known, diagnosis.currency),
        _trusted(known, diagnosis.currency),
        None if known.quiet is None else _quiet(known.quiet, diagnosis.currency),
    ]
    return Markup("".join(part for part in parts if part)) or None


def stress_more(side: SideConcentration) -> Markup | None:
    """What the loss of the largest would set off; nothing where it was not looked at."""
    looked = [stress for stress in side.stress if stress.gmv_lost_after is not None]
    if not looked:
        return None
    columns = (
        Column(label="without the largest"),
        Column(label="GMV that could move", numeric=True),
        Column(label="GMV lost if it does in part", numeric=True),
        Column(label="GMV lost with those who follow", numeric=True),
        Column(label="who would follow", numeric=True),
        Column(label="cells left too small to judge", numeric=True),
        Column(label="cells newly on one account", numeric=True),
        *((Column(label="requests filled", numeric=True),) if any(s.fill for s in looked) else ()),
    )
    rows = [
        (
            f"{stress.k}",
            _share(stress.gmv_movable_share),
            _range(*(stress.gmv_lost_after or (0.0, 0.0, 0.0))),
            _share(stress.gmv_lost_with_followers),
            count(stress.followers),
            count(stress.cells_undecided),
            count(stress.cells_fragile),
            *((_fill(stress.fill),) if any(s.fill for s in looked) else ()),
        )
        for stress in looked
    ]
    note = prose(
        f"Could move: the {side.side.other} already trades with another {side.side} in the category. How much would "
        "is assumed, not known. Those who follow lose nearly all their trade and leave too, with nothing moving.",
        class_="of",
    )
    return Markup(table(f"{sides(side.side)}: what their loss would set off", columns, rows, class_="words") + note)


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _range(as_assumed: float, worst: float, best: float) -> str:
    return f"{percent(as_assumed)} ({percent(best)} to {percent(worst)})"


def _fill(fill: Fill | None) -> str:
    if fill is None:
        return "–"
    return f"{percent(fill.low)} to {percent(fill.high)}, now {percent(fill.now)} of {count(fill.requests)}"


def _dependence(known: Dependence, currency: str) -> Markup:
    """One side's dependence on single partners, and the clusters of it."""
    leans = known.values["depends_on_one"]
    title = (
        f"{percent(float(leans.value or 0))} of {sides(known.side).lower()} that traded twice depend on one "
        f"{known.side.other}"
    )
    drawn = [_bar(cluster) for cluster in known.clusters[:_DRAWN]]
    values = value_table(
        f"{sides(known.side)}: how their trade is spread over partners",
        "number",
        [(metric_name(name), value) for name, value in known.values.items()],
    )
    chart = (
        both_widths(lambda narrow: bars(drawn, narrow=narrow), title=f"{sides(known.side)} that depend on one")
        if drawn
        else None
    )
    behind = fold(
        f"{sides(known.side)}: who hangs on whom",
        chart,
        values,
        _clusters(known, currency),
        *(_ties(cluster, currency) for cluster in known.clusters[:_DRAWN]),
        printed=False,
    )
    return figure(title, behind=behind)


def _bar(cluster: Cluster) -> Row:
    words = f"{plural(cluster.direct, cluster.side.other.value)}, {percent(cluster.gmv_share)} of GMV"
    return Row(label=cluster.name, number=float(cluster.direct), words=words, colour=side_colour(cluster.side.other))


def _clusters(known: Dependence, currency: str) -> Markup | None:
    columns = (
        Column(label=known.side.other.value),
        Column(label=f"{known.side}s that depend on it", numeric=True),
        Column(label="accounts that depend on these", numeric=True),
        Column(label="GMV of all of them", numeric=True),
        Column(label="share of GMV", numeric=True),
    )
    rows = [
        (c.name, count(c.direct), count(c.indirect), money(c.gmv, currency), percent(c.gmv_share))
        for c in known.clusters
    ]
    return table(f"{sides(known.side)} that hang on one {known.side.other}", columns, rows) if rows else None


def _ties(cluster: Cluster, currency: str) -> Markup:
    columns = (
        Column(label=cluster.side.other.value),
        Column(label="share of its trade", numeric=True),
        Column(label="GMV", numeric=True),
        Column(label="orders", numeric=True),
    )
    rows = [(t.name, percent(t.share), money(t.amount, currency), count(t.orders)) for t in cluster.ties]
    return table(f"Who depends on {cluster.name}, the largest first", columns, rows)


def _places(known: Hanging, currency: str) -> Markup | None:
    """Each category's concentration, with the range of another year like this one."""
    if not known.places:
        return None
    names = [name for name in _FIGURES if any(name in place.values for place in known.places)]
    columns = (
        Column(label="category and side"),
        Column(label="GMV", numeric=True),
        *(Column(label=metric_name(name), numeric=True) for name in names),
    )
    rows: list[Sequence[Child]] = [
        (
            f"{place.category or 'all'}, {place.side}s",
            money(place.gmv, currency),
            *(number_and_trust(place.values.get(name)) for name in names),
        )
        for place in known.places
    ]
    note = prose(
        "The figures are counted. The range is where another year like this one would put them: the same accounts, "
        "their months drawn anew.",
        class_="of",
    )
    listed = table("How much each category hangs on few accounts", columns, rows, class_="cells")
    return fold("By category", listed, note, printed=False)


def _trusted(known: Hanging, currency: str) -> Markup | None:
    if not known.trusted:
        return None
    columns = (
        Column(label="category"),
        Column(label="pairs", numeric=True),
        Column(label="share of pairs", numeric=True),
        Column(label="GMV", numeric=True),
        Column(label="share of GMV", numeric=True),
    )
    rows: list[Sequence[Child]] = [
        (
            place.category or "whole market",
            count(place.pairs),
            number_and_trust(place.values.get("trusted_pair_rate")),
            money(place.gmv, currency),
            number_and_trust(place.values.get("trusted_pair_gmv_share")),
        )
        for place in known.trusted[:_LISTED]
    ]
    note = prose(
        "Pairs that placed enough orders to know each other, three unless the policy says otherwise. They are the "
        "loyal core, and the ones that could do without the marketplace.",
        class_="of",
    )
    return fold(
        "Pairs that know each other", table("Trusted pairs", columns, rows, class_="cells"), note, printed=False
    )


def _quiet(quiet: Quiet, currency: str) -> Markup:
    """Pairs that went quiet while both sides go on: what stands, and what was looked at."""
    stands = [place for place in quiet.places if place.believed]
    if quiet.reason:
        return fold("Pairs that went quiet", prose(f"Nothing could be judged: {quiet.reason}."), printed=False)
    said = (
        f"In {plural(len(stands), 'place')} pairs that know each other went quiet beyond chance"
        if stands
        else "No place where pairs that know each other went quiet beyond chance"
    )
    looked = prose(
        f"{said}. {count(quiet.pairs)} pairs were followed and {count(quiet.tested)} claims tested together; "
        f"{count(quiet.unmatched)} pairs had no pair like them, and of {count(quiet.ended)} one side left altogether, "
        "which is churn. A suspicion to ask about, never a proof; leakage that is alike everywhere does not show."
    )
    known = [value for value in (quiet.outside, *quiet.rates) if value is not None]
    outside = value_table("On record", "number", [(metric_name(value.metric), value) for value in known])
    return fold("Pairs that went quiet", looked, _quiet_table(quiet.places, currency), outside, printed=bool(stands))


def _quiet_table(places: Sequence[QuietPairs], currency: str) -> Markup | None:
    if not places:
        return None
    columns = (
        Column(label="place"),
        Column(label="pairs", numeric=True),
        Column(label="orders", numeric=True),
        Column(label="matched pairs", numeric=True),
        Column(label="difference", numeric=True),
        Column(label="missing a month", numeric=True),
    )
    rows: list[Sequence[Child]] = [
        (
            f"{_place(each)}{'' if each.believed else ' (within chance)'}",
            count(each.pairs),
            f"{count(each.orders)}{' again' if each.stage == 'new' else ''}",
            count(each.expected),
            number_and_trust(each.change),
            money(each.missing_per_month, currency) if each.believed else "–",
        )
        for each in places
    ]
    return table("Known pairs against matched pairs, the clearest first", columns, rows, class_="cells")


def _place(each: QuietPairs) -> str:
    return " · ".join(part for part in (each.supplier, each.category, each.region) if part) or "whole market"
