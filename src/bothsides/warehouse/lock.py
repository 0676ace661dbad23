"""One writer at a time: a lock file that the operating system frees when its holder dies."""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType


class SyncRunning(BlockingIOError):  # noqa: N818 - reads as the fact
    """Another sync of this workspace is at work; the message says which process, since when."""


class Lock:
    """Holds the workspace for one writer, as a context manager. Raises SyncRunning at once when it is held."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        self._path = path
        self._now = now
        self._handle: int | None = None

    def __enter__(self) -> "Lock":
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _holder(handle)
            os.close(handle)
            raise SyncRunning(
                f"another sync of this workspace is running ({holder}); wait for it to end, nothing was changed"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "since": self._now.isoformat()}).encode(), 0)
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _holder(handle: int) -> str:
    try:
        told = json.loads(os.pread(handle, 4096, 0))
        return f"process {int(told['pid'])}, since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "process unknown"
