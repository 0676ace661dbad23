"""Follows one workspace through killed and finished syncs and says every promise that was broken on the way."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import published_state as state
from changing_market import ChangingMarket
from crash_points import SyncServer

State = dict[str, str] | None


@dataclass(slots=True, kw_only=True)
class Survivor:
    """A workspace under fire. `steps` says which step's exports a load read, `ended` how each must be booked."""

    folder: Path
    market: ChangingMarket
    steps: dict[int, int] = field(default_factory=dict)
    ended: dict[int, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path, market: ChangingMarket) -> "Survivor":
        """A new workspace without exports."""
        market.create(folder)
        return cls(folder=folder, market=market)

    @property
    def warehouse(self) -> Path:
        """The published file."""
        return self.folder / "warehouse.duckdb"

    def state(self) -> State:
        """Checksums of what readers see now."""
        return state.checksums(self.warehouse, self.steps)

    def killed(self, step: int, before: State, after: State, where: str) -> tuple[bool, bool]:
        """Check what a kill left. Returns whether a sync was at work, and whether it had published."""
        log = state.runs(self.folder)
        last = log[-1] if log else None
        fresh = last is not None and last.load_id not in self.steps
        for run in log:
            self.steps.setdefault(run.load_id, step)
        shown = state.recorded(self.folder) if self.warehouse.exists() else {}
        published = last is not None and fresh and last.load_id in shown
        if last is not None and fresh:
            self.ended[last.load_id] = "ok" if published else "killed"
        seen = self.state()
        if seen not in (before, after):
            self._break(f"{where}: between two states, {state.differing(seen, before)} differ from before and "
                        f"{state.differing(seen, after)} from after")  # fmt: skip
        if published and seen != after:
            self._break(f"{where}: load {last.load_id if last else 0} is published but not its rows")
        return fresh and last is not None and last.status == "started", published

    def finished(self, step: int, after: State, code: int, said: str, where: str) -> None:
        """Check what a sync that was left alone made of it."""
        log = state.runs(self.folder)
        if code:
            self._break(f"{where}: the next sync ended in code {code}: {said[-300:]}")
            return
        self.steps[log[-1].load_id] = step
        self.ended[log[-1].load_id] = "ok"
        if (seen := self.state()) != after:
            self._break(f"{where}: the next sync came out different in {state.differing(seen, after)}")
        if left := state.left_behind(self.folder):
            self._break(f"{where}: left behind {left}")
        if torn := state.torn_copies(self.folder):
            self._break(f"{where}: torn {torn}")
        if {run.load_id: run.status for run in log} != self.ended:
            self._break(f"{where}: the run log says {[(r.load_id, r.status) for r in log][-4:]}")
        if state.recorded(self.folder) != self.ended:
            self._break(f"{where}: the warehouse says {list(state.recorded(self.folder).items())[-4:]}")

    def _break(self, what: str) -> None:
        self.broken.append(what)
        print(f"BROKEN {what}", file=sys.stderr, flush=True)


@dataclass(slots=True, kw_only=True)
class Reference:
    """The same market loaded step by step without a disturbance."""

    folder: Path
    market: ChangingMarket
    server: SyncServer
    states: list[State] = field(default_factory=list)
    answers: list[state.Answer] = field(default_factory=list)

    def advance(self) -> int:
        """Load the next step; returns its number. Raises RuntimeError when the sync fails."""
        step = len(self.states)
        if step == 0:
            self.market.create(self.folder)
        self.market.write(self.folder, step)
        (ended,) = self.server.sync(self.folder)
        if ended.code:
            raise RuntimeError(f"the undisturbed sync of step {step} ended in code {ended.code}: {ended.said}")
        self.states.append(state.checksums(self.folder / "warehouse.duckdb", {n + 1: n for n in range(step + 1)}))
        con = state.open_reader(self.folder / "warehouse.duckdb")
        try:
            self.answers.append(state.look(con))
        finally:
            con.close()
        return step

    def around(self, step: int) -> tuple[State, State]:
        """The states before and after a step."""
        return (self.states[step - 1] if step else None), self.states[step]


class Readers:
    """Processes that keep querying a workspace, as a context manager; `wrong` says what they saw amiss."""

    def __init__(self, folder: Path, until: Path, count: int) -> None:
        self._folder = folder
        self._until = until
        self._count = count
        self._processes: list[subprocess.Popen[str]] = []
        self.told: list[dict[str, list[list[int]] | list[str] | int]] = []

    def __enter__(self) -> "Readers":
        for seed in range(self._count):
            words = [sys.executable, state.__file__, str(self._folder), str(self._until), "--seed", str(seed)]
            self._processes.append(subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until.touch()
        for process in self._processes:
            out, _ = process.communicate(timeout=60)
            self.told.append(json.loads(out))

    @property
    def looks(self) -> int:
        """How often any of them looked."""
        return sum(answer[-1] for told in self.told for answer in told["answers"])  # type: ignore[union-attr,index]

    def wrong(self, steps: dict[int, int], answers: Sequence[state.Answer]) -> list[str]:
        """What no reader may see: an error, two answers of one connection that differ, figures of no state."""
        found = []
        for told in self.told:
            if told["failed"]:
                found.append(f"{told['failed']} looks failed, first: {told['errors']}")
            if told["wavering"]:
                found.append(f"{told['wavering']} connections changed their answer")
            for load_id, *figures, _ in told["answers"]:  # type: ignore[union-attr,misc]
                true = answers[steps[load_id]]
                if figures != [true.orders, true.amount, true.spend, true.facts]:
                    found.append(f"load {load_id} was seen as {figures}, it is {true}")
        return found
