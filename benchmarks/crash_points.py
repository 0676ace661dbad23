"""Runs syncs in forks of one warm process and kills one before a chosen line of the code that writes files.

The server imports everything once and forks for each sync, so a crash point costs the sync alone. The fork dies by
SIGKILL as from outside: no handler, no `finally`, no flush.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from bothsides.ingest import landing, sync
from bothsides.metrics import refresh
from bothsides.warehouse import journal, lock, store
from bothsides.workspace import Workspace

WATCHED = frozenset(
    str(module.__file__) for module in (landing, journal, lock, store, sys.modules["bothsides.ingest.sync"])
)
"""Between any two lines of these files a sync may die: they write, rename and remove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """How a forked sync ended: `code` is 0, 1 or minus the signal; `lines` were executed in the watched files."""

    code: int
    lines: int
    where: str
    said: str


class SyncServer:
    """A child process that runs syncs in forks, as a context manager."""

    def __enter__(self) -> "SyncServer":
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def sync(self, folder: Path, *, die_at: int = 0, times: int = 1) -> list[Died]:
        """Sync the workspace in `times` forks at once; each dies before its `die_at`-th watched line, 0 for never."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"folder": str(folder), "die_at": die_at, "times": times}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return [Died(**told) for told in json.loads(self._process.stdout.readline())]


class Watch:
    """Counts the lines executed in the watched files, and ends the process before the chosen one."""

    def __init__(self, die_at: int, report: int) -> None:
        self._die_at = die_at
        self._report = report
        self.lines = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> "Watch | None":
        """What Python calls for every call, line and return."""
        if event == "call":
            return self if frame.f_code.co_filename in WATCHED else None
        if event == "line":
            self.lines += 1
            if self.lines == self._die_at:
                where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"
                tell(self._report, self.lines, where, "")
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def tell(report: int, lines: int, where: str, said: str) -> None:
    """Write the fork's last words into its pipe."""
    os.write(report, json.dumps({"lines": lines, "where": where, "said": said[:2000]}).encode())


def run_fork(folder: Path, die_at: int, report: int) -> None:
    """The fork's whole life. Ends the process."""
    watch, said, code = Watch(die_at, report), "", 0
    try:
        workspace = Workspace.open(folder)
        sys.settrace(watch)
        sync(workspace, now=datetime.now(UTC), refresh=refresh(workspace.settings.currency))
    except (ValueError, LookupError, OSError, RuntimeError) as error:
        said, code = f"{type(error).__name__}: {error}", 1
    except BaseException:
        said, code = traceback.format_exc(), 3
        raise
    finally:
        sys.settrace(None)
        tell(report, watch.lines, "", said)
        os._exit(code)


def serve() -> None:
    """Answer requests, one JSON line each, until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        forks = []
        for _ in range(request["times"]):
            ears, mouth = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(ears)
                run_fork(Path(request["folder"]), request["die_at"], mouth)
            os.close(mouth)
            forks.append((child, ears))
        answers = []
        for child, ears in forks:
            with os.fdopen(ears, "rb") as pipe:
                told = json.loads(pipe.read() or b'{"lines": 0, "where": "", "said": "said nothing"}')
            _, status = os.waitpid(child, 0)
            answers.append({"code": os.waitstatus_to_exitcode(status), **told})
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    serve()
