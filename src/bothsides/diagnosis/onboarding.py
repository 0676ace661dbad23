"""Suppliers on their way in: applied, verified, catalogue, live, first sale."""

from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.funnel import Remedy, Way, finding, matched_worth, picture, trading
from bothsides.diagnosis.leak import MOST_LEAKS, leaks
from bothsides.diagnosis.leak_cause import cause_of
from bothsides.diagnosis.picture import Funnel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Milestone, walks
from bothsides.metrics import Store
from bothsides.schema import Side

MILESTONES = (
    Milestone(id="verified", label="Verified", days="days_to_verified"),
    Milestone(id="catalogue", label="Catalogue uploaded", days="days_to_catalogue"),
    Milestone(id="live", label="Live", days="days_to_live"),
    Milestone(id="first_sale", label="First sale", days="days_to_first_order"),
)

ONBOARDING = Way(
    id="onboarding",
    label="Supplier onboarding",
    kind="onboarding_leak",
    play="fix_onboarding_step",
    done="a first sale",
    remedies={
        "verified": Remedy(
            cause="Onboarding: documents asked for are hard to provide, or checks wait in a queue.",
            owner="Onboarding manager",
            first_step="Call ten applicants stuck before verification, list what they lacked and the days they waited.",
        ),
        "catalogue": Remedy(
            cause="Product and content: the upload does not take the files that suppliers have, or nobody helps.",
            owner="Onboarding manager with Product",
            first_step="Upload the next twenty verified suppliers' catalogues by hand and record what goes wrong.",
        ),
        "live": Remedy(
            cause="Product: listings wait for review or fail quality rules.",
            owner="Onboarding manager with Product",
            first_step="Review every waiting catalogue this week, publish what passes, write down why the rest fails.",
        ),
        "first_sale": Remedy(
            cause="Supply: these suppliers went live where buyers do not look, or at prices they do not pay.",
            owner="Category manager, supplier side",
            first_step="Match each live supplier without a sale with the open requests and searches of its category.",
        ),
    },
)


def onboarding(
    store: Store, known: Span, window: Span, policy: DiagnosisPolicy
) -> tuple[tuple[Funnel, ...], list[Finding]]:
    """The onboarding funnel and its leaks, the dearest first; nothing where signups of suppliers are not dated."""
    found = walks(store, Side.SUPPLIER, MILESTONES, known, days=policy.step_days)
    if found is None:
        return (), []
    drops = []
    for leak in leaks(found, policy, most=len(MILESTONES)):
        traded = trading(store, Side.SUPPLIER, window, leak.walked)
        drops.append((leak, matched_worth(leak, found.span, window.months, traded, policy, store.currency)))
    dearest = sorted(drops, key=lambda drop: -drop[1].per_month)[:MOST_LEAKS]
    findings = [
        finding(found, ONBOARDING, leak, worth, cause=cause_of(store, found, leak, policy)) for leak, worth in dearest
    ]
    return (picture(found, ONBOARDING, [leak for leak, _ in dearest]),), findings
