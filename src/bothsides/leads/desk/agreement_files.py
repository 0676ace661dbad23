"""Files of an agreement's folder that nobody reads: those that are nearly called as one that is, and all others."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from bothsides.agreement import Problem

BESIDE = ("api", "delivery", "diagnosis", "funnels", "judgements", "metrics")
"""Files of the folder that are no sections of the desk."""

_NEAR = 0.8


def misnamed(folder: Path, sections: Collection[str]) -> list[Problem]:
    """Files that were probably meant as one that is not there: the desk would work by the house's own instead."""
    known = {*sections, *BESIDE}
    found = []
    for name in unread(folder, sections):
        missing = [one for one in known if not (folder / f"{one}.toml").exists()]
        if near := get_close_matches(name, sorted(missing), n=1, cutoff=_NEAR):
            allowed = f"unknown file, which nobody reads; did you mean {near[0]}.toml?"
            found.append(Problem(file=str(folder / f"{name}.toml"), key="file", value="", allowed=allowed))
    return found


def unread(folder: Path, sections: Collection[str]) -> list[str]:
    """The names of files that nobody reads, without their ending."""
    known = {*sections, *BESIDE}
    return sorted(path.stem for path in folder.glob("*.toml") if path.stem not in known)
