"""The run log beside the warehouse: written before a sync touches anything, so that a killed one is known later."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb

from bothsides.warehouse.store import fsync_directory

Status = Literal["started", "ok", "failed", "killed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sync that was started; `status` is 'started' while it runs."""

    load_id: int
    started_at: datetime
    finished_at: datetime | None
    status: Status
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The log file; each line is one event, appended and flushed to the disk."""

    path: Path

    def runs(self) -> tuple[Run, ...]:
        """Every run in order, as far as the log knows."""
        runs: dict[int, Run] = {}
        for event in self._events():
            before = runs.get(event["load_id"])
            moment = datetime.fromisoformat(event["moment"])
            runs[event["load_id"]] = Run(
                load_id=event["load_id"],
                started_at=before.started_at if before else moment,
                finished_at=moment if event["status"] != "started" else None,
                status=event["status"],
                message=event["message"],
            )
        return tuple(runs[load_id] for load_id in sorted(runs))

    def start(self, now: datetime) -> int:
        """Write down that a sync begins; returns its load id."""
        load_id = max((run.load_id for run in self.runs()), default=0) + 1
        self._append(load_id, "started", now, "")
        return load_id

    def finish(self, load_id: int, status: Status, now: datetime, message: str = "") -> None:
        """Write down how a sync ended."""
        self._append(load_id, status, now, message)

    def settle(self, published: Iterable[int], now: datetime) -> tuple[int, ...]:
        """Close the runs that never said how they ended: published ones are ok, the others were killed.

        Published runs that the log does not know, because it was lost, are written down again, so that no load id is
        given twice. Returns the load ids of the killed ones.
        """
        ok = frozenset(published)
        killed = []
        for load_id in sorted(ok - {run.load_id for run in self.runs()}):
            self._append(load_id, "ok", now, "found in the published warehouse; the log had lost it")
        for run in self.runs():
            if run.status != "started":
                continue
            if run.load_id in ok:
                self._append(run.load_id, "ok", now, "")
            else:
                self._append(run.load_id, "killed", now, "ended before it could publish; nothing of it was kept")
                killed.append(run.load_id)
        return tuple(killed)

    def copy_into(self, con: duckdb.DuckDBPyConnection) -> None:
        """Bring the `loads` table of a build up to what the log knows."""
        known = {load_id for (load_id,) in con.execute("SELECT load_id FROM loads").fetchall()}
        for run in self.runs():
            if run.load_id not in known and run.status != "started":
                con.execute(
                    "INSERT INTO loads VALUES (?, ?, ?, ?, ?)",
                    [run.load_id, run.started_at, run.finished_at, run.status, run.message],
                )

    def _events(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        events = []
        for line in self.path.read_bytes().split(b"\n"):
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue  # the torn line of a run that died while writing it, perhaps within a character
            if _is_event(event):
                events.append(event)
        return events

    def _append(self, load_id: int, status: Status, now: datetime, message: str) -> None:
        event = {"load_id": load_id, "status": status, "moment": now.isoformat(), "message": message}
        fresh = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, b"\n" * (not fresh) + json.dumps(event, ensure_ascii=False).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if fresh:
            fsync_directory(self.path.parent)


def _is_event(event: object) -> bool:
    """Whether a line is one of ours; what else somebody wrote into the file is passed over."""
    if not isinstance(event, dict) or type(event.get("load_id")) is not int:
        return False
    if event.get("status") not in get_args(Status) or not isinstance(event.get("message"), str):
        return False
    try:
        datetime.fromisoformat(event.get("moment", ""))
    except (TypeError, ValueError):
        return False
    return True
