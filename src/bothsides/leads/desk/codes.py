"""The coded reasons that a verdict or a close must bring: those that the teams signed, else the house's own."""

from collections.abc import Sequence

from bothsides.leads.teams.feedback import Feedback, coded
from bothsides.leads.teams.reasons import Kind, ReasonsPolicy, Refused, check_codes
from bothsides.leads.teams.win_loss import Closing, coded_close


class NotAgreed(ValueError):  # noqa: N818 - reads as the fact
    """A verdict or a close without an agreed code; the message names each, and `refused` what may stand there."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        self.refused = tuple(refused)
        super().__init__("; ".join(str(one) for one in refused))


def verdict_refusals(policy: ReasonsPolicy, verdict: str, said: Feedback) -> tuple[Refused, ...]:
    """Why the verdict cannot be taken; nothing where it can.

    A lead that is sent back for later needs its code as a rejected one does; an accepted lead needs none.
    """
    if verdict == "accepted":
        return ()
    if verdict == "recycled":
        return check_codes(policy, Kind.REJECT, said.side, [said.code or ""], subject_id=said.lead_id, note=said.note)
    answer = coded(policy, said)
    return () if isinstance(answer, Feedback) else answer


def close_refusals(policy: ReasonsPolicy, closing: Closing) -> tuple[Refused, ...]:
    """Why the close cannot be taken; nothing where it can."""
    answer = coded_close(policy, closing)
    return () if isinstance(answer, Closing) else answer
