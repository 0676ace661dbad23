"""When people work: calendars in their own zones, and deadlines and elapsed time counted in open seconds."""

from bothsides.schema.working_time.calendar import (
    OFFICE,
    Calendar,
    Calendars,
    Day,
    Leave,
    leave_of,
    problems,
)
from bothsides.schema.working_time.hours import ALWAYS_OPEN, NeverOpenError, OutsideSpanError, WorkingTime, working_time

__all__ = [
    "ALWAYS_OPEN",
    "OFFICE",
    "Calendar",
    "Calendars",
    "Day",
    "Leave",
    "NeverOpenError",
    "OutsideSpanError",
    "WorkingTime",
    "leave_of",
    "problems",
    "working_time",
]
