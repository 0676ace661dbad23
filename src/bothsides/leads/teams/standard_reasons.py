"""The codes that hold where the teams signed none: a verdict and a close always bring one."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from bothsides.leads.teams.reasons import ReasonsPolicy, load_reasons

STANDARD = Path(__file__).parent / "default_reasons.toml"


@cache
def standard_reasons() -> ReasonsPolicy:
    """The house's codes."""
    return load_reasons(STANDARD).policy


def completed(policy: ReasonsPolicy) -> ReasonsPolicy:
    """The policy with the house's codes of each kind of which the teams signed none.

    >>> [reason.code for reason in completed(ReasonsPolicy()).reject][:2]
    ['no_budget', 'bad_timing']
    """
    house = standard_reasons()
    return replace(
        policy,
        reject=policy.reject or house.reject,
        win=policy.win or house.win,
        loss=policy.loss or house.loss,
        objection=policy.objection or house.objection,
        question=policy.question or house.question,
    )
