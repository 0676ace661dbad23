"""The plays a finding can propose: what to do, by a stable id, in one sentence."""

PLAYS: dict[str, str] = {
    "seed_supply": "Recruit suppliers into the named cell before spending more on its buyers.",
    "seed_demand": "Bring buyers to the suppliers already live in the named cell.",
    "cross_threshold": "Bring the cells nearest to their threshold across it one by one, the nearest first.",
    "kickstart_cell": "Restart a stalled cell: a few anchor buyers and their suppliers by hand, or close it.",
    "fix_onboarding_step": "Mend the onboarding step where most suppliers are lost; measure the next cohort.",
    "recover_first_transactions": "Help buyers over the step at which most first transactions are abandoned.",
    "speed_up_quotes": "Get the first replies to requests sooner: alerts, response SLA, concierge match.",
    "diversify_suppliers": "Introduce a second and third supplier to buyers who depend on one.",
    "diversify_buyers": "Win anchor buyers beside the ones the market depends on.",
    "retain_before_acquire": "Put retention programmes before acquisition spend until net retention is above 100 %.",
    "keep_at_risk": "Call the accounts likeliest to stop, by value, before they do.",
    "win_back": "Call the accounts that left, by value, and record why.",
    "move_spend": "Move acquisition spend out of cells whose other side is too thin.",
    "cut_unprofitable_channel": "Stop or renegotiate the channel whose accounts do not pay back.",
    "lower_acquisition_cost": "Bring the cost per transacting account below what it returns within the horizon.",
    "widen_slowest_edge": "Work the flywheel edge that limits growth now.",
    "watch_leakage": "Look into pairs whose orders stopped after contact; ask, do not accuse.",
    "fund_side": "Shift acquisition spend step by step to the side whose spend returns more, as a push by lot.",
    "collect_data": "Get the missing data first; the question cannot be answered without it.",
}
"""Play id to its one-sentence description."""

RETAINING = ("retain_before_acquire", "keep_at_risk", "win_back")
"""Plays that keep or bring back accounts that are here: while accounts leak they come before winning new ones."""


def play(play_id: str) -> str:
    """What the play says to do. Raises KeyError with the known ids."""
    try:
        return PLAYS[play_id]
    except KeyError:
        raise KeyError(f"play {play_id!r} is not one of {', '.join(PLAYS)}") from None
