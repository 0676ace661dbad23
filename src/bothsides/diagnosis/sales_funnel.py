"""Leads on their way to an account: who becomes qualified and is won, by side and channel."""

from datetime import date

from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.picture import Funnel, Step
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import known_span
from bothsides.diagnosis.walk import Entry, Milestone, Walked, Walks, walks
from bothsides.diagnosis.wording import count, counted, of_side, share
from bothsides.metrics import Query, Store, ask
from bothsides.predict.comparison import believed, worse_than
from bothsides.schema import Side

MILESTONES = (
    Milestone(id="mql", label="Marketing qualified", days="(mql_on - created_on)"),
    Milestone(id="sales_qualified", label="Sales qualified", days="(sales_qualified_on - created_on)"),
    Milestone(id="opportunity", label="Opportunity", days="(opportunity_on - created_on)"),
    Milestone(id="won", label="Won", days="(won_on - created_on)"),
)
LEADS = Entry(relation="fact_leads", began="created_on", table="leads", label="Leads")


def sales_funnels(store: Store, as_of: date | None, policy: DiagnosisPolicy) -> tuple[Funnel, ...]:
    """One funnel a side that has leads; a picture without findings, for channels bring different leads by nature."""
    known = known_span(store, "leads", as_of)
    if known is None:
        return ()
    steps = _recorded(store)
    found = [walks(store, side, steps, known, days=policy.step_days, entry=LEADS) for side in Side]
    return tuple(_picture(w, policy, _so_far(store, w.side, as_of)) for w in found if w is not None)


def _recorded(store: Store) -> tuple[Milestone, ...]:
    """The steps that somebody records: one never recorded is only known to have been passed by those who won."""
    stages: set[str] = set()
    if "stage_changes" in store.fed:
        stages = {row[0] for row in store.engine.rows("SELECT DISTINCT stage FROM stage_changes")}
    if "opportunities" in store.fed:
        stages.add("opportunity")
    return tuple(step for step in MILESTONES if step.id == "won" or step.id in stages)


def _so_far(store: Store, side: Side, as_of: date | None) -> str:
    """All leads known, young ones too, so that the numbers of the sales team are found again."""
    query = Query(metrics=("leads", "closed_won", "lead_to_won_days"), where=(("side", (side.value,)),), as_of=as_of)
    known = {v.metric: float(v.value) for v in ask(store, query) if v.value is not None}
    if not known.get("leads"):
        return ""
    days = f", after {known['lead_to_won_days']:.1f} days on average" if "lead_to_won_days" in known else ""
    return (
        f" In all {counted(known['leads'], 'lead')} are known, young ones included; "
        f"{count(known.get('closed_won', 0))} of them were won so far{days}."
    )


def _picture(found: Walks, policy: DiagnosisPolicy, so_far: str) -> Funnel:
    side = found.side
    return Funnel(
        id=f"sales_{side.value}",
        label=f"{of_side(side).capitalize()}: from lead to won",
        side=side,
        steps=tuple(
            Step(
                id=step.id,
                label=step.label,
                count=found.whole.reached[i],
                rate=rate(f"lead_to_{step.id}", found.whole.reached[i], found.whole.reached[i - 1], side=side.value)
                if i
                else None,
            )
            for i, step in enumerate(found.milestones)
        ),
        sentence=_sentence(found, policy) + so_far,
        basis=f"Leads created from {found.span.start} to {found.span.end}, each followed for {found.days} days.",
    )


def _sentence(found: Walks, policy: DiagnosisPolicy) -> str:
    start, final = found.whole.reached[0], found.whole.reached[-1]
    text = f"Of {count(start)} leads for {of_side(found.side)} {count(final)} ({share(final / start)}) were won"
    channels = [w for w in found.places if w.place == "channel" and w.reached[0] >= policy.least_n]
    if len(channels) < 2:
        return f"{text}."
    p_values = [worse_than(w.reached[-1], w.reached[0], final - w.reached[-1], start - w.reached[0]) for w in channels]
    weak = [w for w, stands in zip(channels, believed(p_values, policy.alarm_rate), strict=True) if stands]
    if not weak:
        return f"{text}; no channel wins less than the others beyond chance."
    worst, best = min(weak, key=_won), max(channels, key=_won)
    return (
        f"{text}; {worst.label} wins {share(_won(worst))} of {count(worst.reached[0])}, "
        f"{best.label} {share(_won(best))} of {count(best.reached[0])}."
    )


def _won(walked: Walked) -> float:
    return walked.reached[-1] / walked.reached[0]
