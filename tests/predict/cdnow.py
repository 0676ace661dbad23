"""CDNOW's purchases as the literature cuts them: 39 weeks to learn from, 39 weeks held out."""

from datetime import date
from pathlib import Path

import numpy as np

from bothsides.predict.repeat_buying import Held, RepeatBuying, held_out, repeat_buying

CUT = date(1997, 9, 30)
CALIBRATION_WEEKS = 39.0


def read_cdnow(folder: Path, name: str) -> tuple[RepeatBuying, Held]:
    """The record at the cut and what followed; fields from the right: dollars, units, day, customer."""
    lines = (folder / "cdnow" / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split()[-4:] for line in lines if line.strip() and line.split()[-1][0].isdigit()]
    who = np.array([int(row[0]) for row in rows], np.int64)
    when = np.array([date.fromisoformat(row[1]).toordinal() for row in rows], np.int64)
    worth = np.array([float(row[3]) for row in rows])
    days = int(CALIBRATION_WEEKS * 7)
    seen = repeat_buying(who, when, worth, until=CUT.toordinal(), recent_days=days)
    return seen, held_out(seen.accounts, who, when, worth, after=CUT.toordinal(), until=CUT.toordinal() + days)
