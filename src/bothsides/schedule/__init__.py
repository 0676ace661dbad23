"""The timetable: every recurring job on one page; one round of the desk, and the service that goes round."""

from bothsides.schedule.in_force import InForce
from bothsides.schedule.report import TickReport
from bothsides.schedule.sending import Sending, open_sending
from bothsides.schedule.tick import rehearse, tick
from bothsides.schedule.timetable import TIMETABLE, Job

__all__ = [
    "TIMETABLE",
    "InForce",
    "Job",
    "Sending",
    "TickReport",
    "open_sending",
    "rehearse",
    "tick",
]
