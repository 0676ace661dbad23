"""What is said about quiet pairs: which they are, what is missing, and that it is a suspicion to ask about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import TypeAlias

import numpy as np

from bothsides.diagnosis.disintermediation.episodes import Followed, Stage, follow
from bothsides.diagnosis.disintermediation.periods import DAYS, PairPeriods, read_periods
from bothsides.diagnosis.disintermediation.signal import Signals, look_for_signals
from bothsides.diagnosis.disintermediation.units import Level, Signal, shortfalls
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Cell, Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.hanging import Quiet, QuietPairs
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, counted, money, share
from bothsides.metrics import Basis, Query, Store, Unit, Value, ask
from bothsides.schema import Side

MOST_ROWS = 20
MOST_NAMED = 10
"""Units beside those that stand which the picture lists."""


Where: TypeAlias = tuple[str | None, str | None]
YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRates:
    """Fees over the orders that carried one (the nominal rate as billed) and over all GMV (what came in)."""

    charged: Value
    over_all: Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leakage:
    """What was looked at, what stands, and the names to say it in."""

    found: PairPeriods
    followed: Followed
    signals: Signals
    names: Mapping[int, str]
    currency: str
    rates: Mapping[Where, TakeRates] = field(default_factory=dict)
    """What was charged over the last year in each place that stands, and in all (None, None); empty without fees."""


def look_for_leakage(store: Store, known: Span, names: Mapping[int, str], policy: DiagnosisPolicy) -> Leakage:
    """Pairs that know each other, followed over the known days, against matched pairs."""
    found = read_periods(store, known, policy.trusted_orders)
    followed = follow(found, policy.trusted_orders)
    signals = _of_all(look_for_signals(followed, policy), found.one_in)
    looked = Leakage(found=found, followed=followed, signals=signals, names=names, currency=store.currency)
    return replace(looked, rates=_rates(store, known, [_labels(looked, signal)[1:] for signal in signals.found]))


def _rates(store: Store, known: Span, places: Iterable[Where]) -> dict[Where, TakeRates]:
    """Nominal and effective take rate over the last year, in all and in each place; none where fees are not known."""
    if store.missing("fees"):
        return {}
    year = Span(start=max(known.start, known.end - timedelta(days=YEAR - 1)), end=known.end)
    rates: dict[Where, TakeRates] = {}
    for where in dict.fromkeys([(None, None), *places]):
        labels = {name: label for name, label in zip(("category", "region"), where, strict=True) if label is not None}
        names = ("charged_take_rate", "take_rate")
        conditions = tuple((name, (label,)) for name, label in labels.items())
        found = ask(store, Query(metrics=names, start=year.start, end=year.end, where=conditions))
        charged, over_all = (next(v for v in found if v.metric == name) for name in names)
        if charged.value is not None and over_all.value is not None:
            dims = tuple(labels.items())
            rates[where] = TakeRates(charged=replace(charged, dims=dims), over_all=replace(over_all, dims=dims))
    return rates


def _of_all(signals: Signals, one_in: int) -> Signals:
    """The money for every buyer where one in so many is followed."""
    found, others = (
        tuple(replace(signal, missing_value=signal.missing_value * one_in) for signal in each)
        for each in (signals.found, signals.others)
    )
    return replace(signals, found=found, others=others)


def quiet_pictures(looked: Leakage) -> Quiet:
    """The units that stand, then those that come nearest, and what was not judged."""
    signals = looked.signals
    others = [_picture(looked, signal, believed=False) for signal in signals.others[:MOST_NAMED] if signal.change < 0]
    return Quiet(
        pairs=signals.pairs,
        unmatched=signals.unmatched,
        ended=signals.ended,
        tested=signals.tested,
        places=(*(_picture(looked, signal, believed=True) for signal in signals.found), *others),
        outside=_outside(looked),
        reason=_reason(looked),
        rates=(rates.charged, rates.over_all) if (rates := looked.rates.get((None, None))) else (),
    )


def _reason(looked: Leakage) -> str:
    """Why nothing could be judged; empty where something was."""
    if looked.signals.tested:
        return ""
    least = Stage.NEW.after + 1
    if looked.found.whole < least:
        return f"{looked.found.whole * DAYS // 7} weeks of orders are known; {least * DAYS // 7} are needed"
    if not looked.signals.pairs:
        return "no pair came to know each other and was followed half a year"
    return f"{counted(looked.signals.pairs, 'pair')} know each other, too few anywhere to compare"


def _outside(looked: Leakage) -> Value | None:
    """Share of known pairs' orders of the last year on record as placed outside; None where none ever is."""
    periods = slice(0, 13)
    outside, on = float(looked.found.outside[:, periods].sum()), float(looked.found.on[:, periods].sum())
    return rate("recorded_outside", outside, outside + on) if looked.found.outside.any() else None


def _labels(looked: Leakage, signal: Signal) -> tuple[str | None, str | None, str | None]:
    """Supplier, category and region of a unit."""
    found = looked.found
    match signal.level:
        case Level.SUPPLIER:
            cells = found.category[found.supplier == signal.code]
            main = int(np.bincount(cells).argmax()) if len(cells) else 0
            return looked.names.get(signal.code, f"account {signal.code}"), _label(found.categories, main), None
        case Level.CATEGORY:
            return None, _label(found.categories, signal.code), None
        case Level.REGION:
            return None, None, _label(found.regions, signal.code)
        case Level.CELL:
            return None, _label(found.categories, signal.code >> 20), _label(found.regions, signal.code % 2**20)


def _label(labels: Sequence[str], code: int) -> str | None:
    return labels[code - 1] if code else None


def _picture(looked: Leakage, signal: Signal, *, believed: bool) -> QuietPairs:
    supplier, category, region = _labels(looked, signal)
    low, high = _missing_range(signal)
    return QuietPairs(
        supplier=supplier,
        category=category,
        region=region,
        stage=signal.stage.value,
        pairs=signal.pairs,
        controls=signal.controls,
        orders=signal.orders,
        expected=signal.expected,
        moved=signal.moved,
        change=_change(signal, category, region),
        missing_per_month=signal.missing_value,
        missing_low=low,
        missing_high=high,
        p_value=signal.p_value,
        believed=believed,
    )


def _change(signal: Signal, category: str | None, region: str | None) -> Value:
    place = {name: label for name, label in (("category", category), ("region", region)) if label is not None}
    return figure(
        "quiet_pair_change",
        signal.change,
        Unit.RATE,
        n=signal.pairs,
        low=signal.low,
        high=signal.high,
        basis=Basis.CLUSTER,
        place=place,
    )


def _missing_range(signal: Signal) -> tuple[float, float]:
    """The missing value at both ends of the change's range, in proportion."""
    if signal.change >= 0:
        return 0.0, 0.0
    low, high = (signal.missing_value * max(0.0, end / signal.change) for end in (signal.high, signal.low))
    return low, high


def disintermediation_findings(looked: Leakage) -> list[Finding]:
    """One finding per place that stands; suppliers of one category share one."""
    ranked = sorted(looked.signals.found, key=lambda s: (s.level, _labels(looked, s)[1] or "", s.p_value, s.code))
    found = []
    for _, group in groupby(ranked, key=lambda s: (_place(looked, s), s.level is Level.SUPPLIER)):
        found.append(_finding(looked, list(group)))
    return found


def _place(looked: Leakage, signal: Signal) -> Place:
    _, category, region = _labels(looked, signal)
    return Place(side=Side.SUPPLIER if signal.level is Level.SUPPLIER else None, category=category, region=region)


def _finding(looked: Leakage, signals: list[Signal]) -> Finding:
    first, place = signals[0], _place(looked, signals[0])
    named = [_labels(looked, signal)[0] for signal in signals]
    missing = sum(signal.missing_value for signal in signals)
    ranges = [_missing_range(signal) for signal in signals]
    who = (
        f"known buyers of {named[0]}" + (f" and {counted(len(named) - 1, 'other supplier')}" if len(named) > 1 else "")
        if first.level is Level.SUPPLIER
        else f"{place.label}: pairs that know each other"
    )
    return Finding(
        kind="disintermediation_signal",
        title=f"{who[0].upper()}{who[1:]} {_went_quiet(signals)} while both sides go on trading with others: "
        f"{money(missing, looked.currency)} a month is missing",
        place=place,
        sure=Sureness.LIKELY,
        why_sure="That these pairs went quiet is beyond chance against pairs like them at the same time, tested "
        f"together with {count(looked.signals.tested - 1)} other places and suppliers. Why they did is not known: this "
        "is a suspicion to ask about, not a proof.",
        evidence=(
            *(part for signal in signals for part in _evidence(looked, signal)),
            *_charged(looked, (place.category, place.region)),
        ),
        worth=Worth(
            per_month=missing,
            low=sum(low for low, _ in ranges),
            high=sum(high for _, high in ranges),
            currency=looked.currency,
            reckoning="Orders that matched pairs placed lately and these did not, at these pairs' own mean order, "
            "without what their buyers moved to suppliers new to them. Rather too low: pairs that came to know each "
            "other in the last half year, or that nothing matches, are not in it.",
        ),
        cause="Pairs that know each other may order directly; a contract that ended, stock that ran out or a project "
        "that was finished look the same from here.",
        owner="VP Sales, supplier side, with marketplace operations",
        play="watch_leakage",
        first_step="Call five of the buyers listed: how do they order from this supplier today, and what would make "
        "the marketplace the easier way?",
        caveat="Nobody is accused. Where pairs leave everywhere alike, comparing places shows nothing."
        + (f" One buyer in {looked.found.one_in} was followed." if looked.found.one_in > 1 else ""),
    )


def _charged(looked: Leakage, where: Where) -> tuple[Evidence, ...]:
    """What fees say beside it: how far what came in falls short of what is charged, in the place and in all.

    Nothing where the place is not known: the whole market's rates beside themselves say nothing of a supplier.
    """
    here, everywhere = looked.rates.get(where), looked.rates.get((None, None))
    named = " / ".join(label for label in where if label is not None)
    if here is None or everywhere is None or not named:
        return ()
    there, over = ((float(rates.charged.value or 0), float(rates.over_all.value or 0)) for rates in (here, everywhere))
    said = (
        f"Over the last year fees were {share(there[0])} of the orders in {named} that carried one and "
        f"{share(there[1])} of all GMV there (whole market: {share(over[0])} and {share(over[1])}). Orders that "
        "never reached the marketplace are in neither, and messages between the two are not in the data."
    )
    return (Evidence(sentence=said, values=(here.charged, here.over_all)),)


def _went_quiet(signals: Sequence[Signal]) -> str:
    """How much less they order; of several from the least to the most, for one's figure is not the others'."""
    drops = [share(-signal.change) for signal in sorted(signals, key=lambda signal: -signal.change)]
    less = drops[0] if len(set(drops)) == 1 else f"{drops[0]} to {drops[-1]}"
    if {signal.stage for signal in signals} == {Stage.NEW}:
        return f"order again {less} less often than pairs like them"
    return f"order {less} less"


def _evidence(looked: Leakage, signal: Signal) -> tuple[Evidence, ...]:
    supplier, category, region = _labels(looked, signal)
    place = {name: label for name, label in (("category", category), ("region", region)) if label is not None}
    weeks = signal.stage.after * DAYS // 7
    if signal.stage is Stage.NEW:
        told = (
            f"Of {counted(signal.pairs, 'pair')} that had just come to know each other, {count(signal.orders)} ordered "
            f"again within {weeks} weeks; of as many matched pairs {count(signal.expected)} would have"
        )
        values = (rate("went_on_rate", signal.orders, max(signal.pairs, signal.orders), place=place),)
    else:
        told = (
            f"{counted(signal.pairs, 'pair')} that knew each other placed {count(signal.orders)} orders in the "
            f"{weeks} weeks after being matched; pairs like them placed {count(signal.expected)}"
        )
        values = (figure("quiet_pair_orders", signal.orders, Unit.COUNT, n=signal.pairs, place=place),)
    active = (
        "Every one of these buyers bought from somebody else, searched or asked in those weeks, and every supplier "
        "sold to somebody else; pairs of which one left altogether are not counted."
    )
    return (
        Evidence(
            sentence=f"{told} ({'' if supplier is None else f'{supplier}; '}controls alike in place, time, cadence and "
            f"age, {count(signal.controls)} to a pair on average).",
            values=(*values, _change(signal, category, region)),
            rows=_quiet_rows(looked, signal),
        ),
        Evidence(sentence=active + _moved(signal)),
    )


def _moved(signal: Signal) -> str:
    moved = (
        f" {count(signal.moved)} of the missing moved to suppliers new to these buyers." if signal.moved >= 1 else ""
    )
    outside = (
        f" {counted(signal.outside, 'order')} of theirs since then are on record as placed outside the marketplace."
        if signal.outside
        else ""
    )
    return moved + outside


def _quiet_rows(looked: Leakage, signal: Signal) -> Rows | None:
    """The unit's pairs without an order since, those with most missing first."""
    part, _, lately = shortfalls(looked.followed.stages[signal.stage], signal)
    quiet = np.flatnonzero((part.after == 0) & (part.lately == 0))
    if not len(quiet):
        return None
    pairs, first = np.unique(part.pair[quiet], return_index=True)
    rows = quiet[first]
    months = signal.stage.after * DAYS / 30.4375
    missing = lately[rows] * part.order_value[rows] / months
    order = np.lexsort((pairs, -missing))[:MOST_ROWS]
    listed: list[tuple[Cell, ...]] = [
        (
            looked.names.get(int(part.buyer[i]), f"account {part.buyer[i]}"),
            looked.names.get(int(part.supplier[i]), f"account {part.supplier[i]}"),
            int(part.before[i]),
            float(part.order_value[i]),
            float(missing[j]),
        )
        for j in order
        for i in (rows[j],)
    ]
    return Rows(
        columns=("buyer", "supplier", "orders in the half year before", "mean order", "GMV missing a month"),
        rows=tuple(listed),
        of=len(rows),
        money=frozenset({"mean order", "GMV missing a month"}),
    )
