"""The stage of the marketplace: readings, rule, rival, what would move it, strategy, whom to win and where to go."""

from collections.abc import Mapping, Sequence

from bothsides.diagnosis.cells import Cells
from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.liquidity import Judged
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Spans
from bothsides.diagnosis.stage.anchors import anchors
from bothsides.diagnosis.stage.ladder import Rules, Turn, possible, rules, turns
from bothsides.diagnosis.stage.market import read_trade
from bothsides.diagnosis.stage.measures import measures
from bothsides.diagnosis.stage.policy import Condition, StagePolicy
from bothsides.diagnosis.stage.prospects import prospects
from bothsides.diagnosis.stage.reading import Anchor, Checked, Rival, Stage, StageReading, Vertical
from bothsides.diagnosis.stage.strategy import Ground, strategy
from bothsides.diagnosis.stage.verticals import verticals
from bothsides.diagnosis.stage.words import asks, bound, has, named, put, says
from bothsides.diagnosis.threshold import Thresholds
from bothsides.diagnosis.wording import counted, listed
from bothsides.metrics import Status, Store, Value

NEXT = {
    Stage.PRE_FIT: Stage.EARLY,
    Stage.EARLY: Stage.GROWING,
    Stage.GROWING: Stage.MATURE,
    Stage.MATURE: Stage.LATE,
    Stage.LATE: Stage.MATURE,
}
"""Where a market goes next; from decline the way back."""

RETENTION = ("ndr_buyers", "ndr_suppliers")


def read_stage(
    store: Store,
    covered: Spans,
    found: Cells | None,
    judged: tuple[Judged, ...],
    policy: DiagnosisPolicy,
    *,
    threshold: Thresholds | None = None,
    leaving: frozenset[int] = frozenset(),
) -> StageReading:
    """The stage over the diagnosis's window, with everything that follows from it.

    `leaving` are accounts at risk of stopping: they are not named as buyers to win.
    """
    values = measures(store, covered, found, [j.verdict for j in judged], threshold, policy.stage)
    if _one_supplier(store, covered):
        return _one_sided(values)
    ladder = rules(policy.stage)
    open_to = possible(values, ladder)
    leaks = any(_below(values.get(name), policy.ndr_leak) for name in RETENTION)
    whom, where_to, to_hold = _to_win(store, covered, found, judged, policy.stage, leaving=leaving)
    stage = open_to[0] if len(open_to) == 1 else None
    near = turns(values, ladder) if stage else ()
    sure, why_sure = _sure(stage, open_to, values, ladder, near)
    return StageReading(
        stage=stage,
        possible=open_to,
        sentence=_sentence(stage, open_to, values, ladder),
        rule=_rule(open_to, values, ladder),
        values=tuple(values.values()),
        sure=sure,
        why_sure=why_sure,
        rival=_rival(near, values),
        to_next=_to_next(stage, values, ladder),
        retention_first=leaks,
        focus=strategy(
            stage,
            retention_first=leaks,
            judged=judged,
            anchors=whom,
            verticals=where_to,
            measured=_measured(store, found),
        ),
        anchors=whom,
        verticals=where_to,
        no_anchors="" if whom else _nobody(store, found),
        to_hold=to_hold,
    )


def _measured(store: Store, found: Cells | None) -> frozenset[Ground]:
    """What plays may rest on: spend by channel, demand of these months, the days accounts signed up."""
    grounds = {
        Ground.SPEND: not (store.lacks("spend.channel") or store.lacks("accounts.channel")),
        Ground.DEMAND: found is not None and not found.unseen,
        Ground.SIGNUPS: not store.lacks("accounts.signed_up_at"),
    }
    return frozenset(ground for ground, known in grounds.items() if known)


def _one_supplier(store: Store, covered: Spans) -> bool:
    row = store.engine.row(
        "SELECT min(supplier), max(supplier) FROM fact_orders WHERE placed_on BETWEEN $first AND $last",
        {"first": covered.window.start, "last": covered.window.end},
    )
    return row is not None and row[0] is not None and row[0] == row[1]


def _one_sided(values: Mapping[str, Value]) -> StageReading:
    """One supplier is a shop: nothing that is said of marketplaces applies to it."""
    return StageReading(
        stage=None,
        possible=(),
        sentence="One supplier sells everything: this is a shop's ledger, not a marketplace, and has no stage.",
        rule=(),
        values=tuple(values.values()),
        sure=None,
        why_sure="Counted from every order of the window.",
        rival=None,
        to_next="A second supplier would have to sell here.",
        retention_first=False,
        focus=(),
        anchors=(),
        verticals=(),
        no_anchors="with one supplier there is nothing to win a buyer for",
    )


def _below(value: Value | None, bar: float) -> bool:
    return value is not None and value.value is not None and float(value.value) < bar


def _to_win(
    store: Store,
    covered: Spans,
    found: Cells | None,
    judged: tuple[Judged, ...],
    policy: StagePolicy,
    *,
    leaving: frozenset[int],
) -> tuple[tuple[Anchor, ...], tuple[Vertical, ...], tuple[str, ...]]:
    """Anchor buyers with open deals among them, small categories, and whom to hold rather than win.

    A declared sample cannot follow accounts.
    """
    if store.sampled or found is None:
        return (), (), ()
    trade = read_trade(store, covered.window, by_region=found.by_region)
    short = {j.cell.where for j in judged if j.verdict is CellVerdict.SUPPLY_SHORT}
    served = frozenset(c.where for c in found.cells if c.suppliers >= policy.cell_suppliers and c.where not in short)
    deals = prospects(store, covered.window, found, served)
    here = anchors(trade, found, served, store.currency, policy) if trade else {}
    to_hold = [here[account].name for account in list(here)[: policy.most_anchors] if account in leaving]
    staying = (anchor for account, anchor in here.items() if account not in leaving)
    whom = sorted((*staying, *deals), key=lambda anchor: (-anchor.per_month, anchor.name))
    return tuple(whom[: policy.most_anchors]), verticals(trade, policy) if trade else (), tuple(to_hold)


def _nobody(store: Store, found: Cells | None) -> str:
    if store.sampled:
        return "the orders are a declared sample, which shows no account's whole trade"
    if found is None or not found.by_category:
        return "orders carry no category, so nobody can be shown to buy one thing and not another"
    return "every buyer already buys what its likes buy, and no open deal is known"


def _rule(open_to: Sequence[Stage], values: Mapping[str, Value], ladder: Rules) -> tuple[Checked, ...]:
    """The conditions of the possible stages; of pre-fit, which has none, those of the stage that it is not yet."""
    asked = dict(ladder)
    shown = [test for stage in open_to for test in (asked[stage] or asked[NEXT[stage]])]
    return tuple(_checked(test, values) for test in dict.fromkeys(shown))


def _checked(test: Condition, values: Mapping[str, Value]) -> Checked:
    value = values[test.reading]
    return Checked(
        reading=test.reading,
        asks=asks(test),
        has=has(value),
        value=value,
        met=None if value.value is None else test.passes(float(value.value)),
    )


def _sentence(stage: Stage | None, open_to: Sequence[Stage], values: Mapping[str, Value], ladder: Rules) -> str:
    if stage is None:
        *others, last = [str(s) for s in open_to]
        known = [
            says(values[name])
            for name in dict.fromkeys(t.reading for _, tests in ladder for t in tests)
            if values[name].value is not None
        ]
        return f"Not enough is known for a stage: it could be {', '.join(others)} or {last}. Known: {listed(known)}."
    checked = _rule((stage,), values, ladder)
    if stage is Stage.PRE_FIT:
        checked = tuple(c for c in checked if c.met is False)
    return f"The market is {stage.value}: {listed([says(c.value) for c in checked])}."


def _lacking(values: Mapping[str, Value], ladder: Rules) -> list[str]:
    asked = dict.fromkeys(test.reading for _, tests in ladder for test in tests)
    return [name for name in asked if values[name].value is None]


def _sure(
    stage: Stage | None, open_to: Sequence[Stage], values: Mapping[str, Value], ladder: Rules, near: Sequence[Turn]
) -> tuple[Sureness | None, str]:
    if stage is None:
        return None, f"{counted(len(open_to), 'stage')} are possible. {_reasons(values, _lacking(values, ladder))}"
    close = [turn for turn in near if turn.distance < 1]
    if close:
        turn = close[0]
        return Sureness.DIRECTIONAL, f"{put(_turned(turn, values))}, and that is within reach of what is measured."
    weak = [c for c in _rule((stage,), values, ladder) if c.value.status is not Status.OK]
    if weak:
        says = "; ".join(f"{named(c.reading)}: {c.value.reason or c.value.status.value}" for c in weak)
        return Sureness.DIRECTIONAL, f"{put(says)}."
    return Sureness.LIKELY, "Every value that decides is clear of its bound; the bounds are rules of thumb."


def _reasons(values: Mapping[str, Value], lacking: Sequence[str]) -> str:
    """Why the readings are not known, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for name in lacking:
        by_reason.setdefault(values[name].reason or "no reason given", []).append(named(name))
    return " ".join(f"{put(reason)}: {listed(names)}." for reason, names in by_reason.items())


def _turned(turn: Turn, values: Mapping[str, Value]) -> str:
    value = float(values[turn.test.reading].value or 0)
    side = "above" if value < turn.test.bound else "below"
    return f"with {named(turn.test.reading)} {side} {bound(turn.test)} it would be {turn.stage.value}"


def _rival(near: Sequence[Turn], values: Mapping[str, Value]) -> Rival | None:
    if not near:
        return None
    turn = near[0]
    now = has(values[turn.test.reading])
    return Rival(stage=turn.stage, reading=turn.test.reading, says=f"{put(_turned(turn, values))} (now {now}).")


def _to_next(stage: Stage | None, values: Mapping[str, Value], ladder: Rules) -> str:
    if stage is None:
        return ""
    following, asked = NEXT[stage], dict(ladder)
    if stage is Stage.LATE:
        ways = [f"{named(t.reading)} {_back(t)}" for t in asked[stage] if t.sign in ("<", "<=")]
        return f"Out of decline: {' or '.join(ways)}."
    open_ = [c for c in (_checked(test, values) for test in asked[following]) if c.met is not True]
    if stage is Stage.GROWING:
        slow = next((t for t in asked[stage] if t.reading == "gmv_growth_year"), None)
        until = [f"growth slows below {bound(slow)}"] if slow else []
        return f"Mature once {listed([*until, *(f'{c.asks} is reached (now {c.has})' for c in open_)])}."
    if stage is Stage.MATURE:
        return f"It would turn late with {listed([c.asks for c in open_])}."
    return f"{put(following.value)} once it has {listed([f'{c.asks} (now {c.has})' for c in open_])}."


def _back(test: Condition) -> str:
    return f"back to {bound(test)} or more"
