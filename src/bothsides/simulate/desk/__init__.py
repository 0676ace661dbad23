"""A simulated quarter of the lead desk with known truth, how people react to it, and the desk's benchmark."""

from bothsides.simulate.desk.aftermath import Aftermath, aftermath
from bothsides.simulate.desk.layouts import ENVELOPES, LAYOUTS
from bothsides.simulate.desk.lead import QuarterLead
from bothsides.simulate.desk.market import market
from bothsides.simulate.desk.odds import Engagement
from bothsides.simulate.desk.past import PastLead, past_leads
from bothsides.simulate.desk.quarter import START, Quarter, quarter
from bothsides.simulate.desk.reaction import Close, Disposition, Reaction, StageMove, Touch, reaction
from bothsides.simulate.desk.roster import Rep
from bothsides.simulate.desk.sending import Delivery
from bothsides.simulate.desk.signed import AGREEMENT
from bothsides.simulate.desk.truth import truth
from bothsides.simulate.desk.workload import Team, Workload, workload
from bothsides.simulate.desk.writing import write_quarter

__all__ = [
    "AGREEMENT",
    "ENVELOPES",
    "LAYOUTS",
    "START",
    "Aftermath",
    "Close",
    "Delivery",
    "Disposition",
    "Engagement",
    "PastLead",
    "Quarter",
    "QuarterLead",
    "Reaction",
    "Rep",
    "StageMove",
    "Team",
    "Touch",
    "Workload",
    "aftermath",
    "market",
    "past_leads",
    "quarter",
    "reaction",
    "truth",
    "workload",
    "write_quarter",
]
