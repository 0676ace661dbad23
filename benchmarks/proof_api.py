"""Calls drawn from the API's own description, sound ones, broken ones and chains of them: no error of the server, no
answer of another shape than described, nothing let in without its token.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import harness
import schemathesis
from fastapi import FastAPI
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.intake.reading import utc_text
from bothsides.logbook import Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.schema.instant import DAY, Instant
from bothsides.web import StandingDesk, create_app
from bothsides.web.told import KINDS
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "desk-agreement"
NOW: Instant = 1_774_947_600
"""2026-03-31, a Tuesday, 09:00 UTC."""
TOKEN = "letmein"
MOMENTS = st.integers(NOW - 30 * DAY, NOW).map(utc_text)
"""Moments of the month before: of any others nothing can have been known."""
NOT_SAID = ("positive_data_acceptance",)
"""A shape cannot say that a moment is not ahead of our clock, that a field says who a lead is, or which codes are
agreed: calls of the right shape may be refused, with every reason."""


@dataclass(slots=True)
class Found:
    """What a run found."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """What another run found, too."""
        self.calls += other.calls
        self.statuses += other.statuses
        self.phases += other.phases
        self.failures += other.failures


def prove(app: FastAPI, *, each: int, seed: int, token: str = TOKEN, corners: bool = True) -> Found:
    """Calls the application with `each` drawn calls of every address, sound and broken ones; what was found.

    `corners` adds every corner of the description by turns: more than a thousand calls.
    """
    phases = {"coverage": {"enabled": corners}, "stateful": {"enabled": False}}
    return _run(app, _sided(app.openapi()), _config(seed, token, each, "all", phases))


def prove_chains(app: FastAPI, *, rounds: int, seed: int, token: str = TOKEN) -> Found:
    """Calls that follow from each other: a lead is taken in, told of, looked at, each by the id that was answered."""
    described = _sided(app.openapi(), named=True)
    described["paths"] = {path: one for path, one in described["paths"].items() if path.startswith(_CHAINED)}
    phases = {name: {"enabled": False} for name in ("coverage", "fuzzing", "examples")}
    found = Found()
    for number in range(rounds):
        found.add(_run(app, described, _config(seed + number, token, 100, "positive", phases)))
    return found


_CHAINED = tuple(f"/api/{name}" for name in ("leads", *KINDS))


def _config(seed: int, token: str, each: int, mode: str, phases: dict[str, Any]) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "generation": {"max-examples": each, "mode": mode, "database": "none", "no-shrink": True},
            "checks": {name: {"enabled": False} for name in NOT_SAID},
            "phases": phases,
            "suppress-health-check": ["all"],
        }
    )


def _run(app: FastAPI, described: dict[str, Any], config: SchemathesisConfig) -> Found:
    schemathesis.openapi.format("date-time", MOMENTS)
    schema = schemathesis.openapi.from_dict(described, config=config)
    schema.app, schema.location = _named_anew(app), "/api/openapi.json"
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            _count(found, event)
        elif isinstance(event, NonFatalError):
            found.failures.append(f"{event.label}: {event.info.message}")
    return found


def _sided(described: dict[str, Any], *, named: bool = False) -> dict[str, Any]:
    """The description with leads that say their side: without it, which only a source may spare, most are refused.

    `named` leads say who they are as well.
    """
    copied: dict[str, Any] = json.loads(json.dumps(described))
    body = copied["paths"]["/api/leads"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    lead = body["anyOf"][0]
    lead["required"] = ["side"]
    lead["properties"]["side"] = {"type": "string", "enum": ["buyer", "supplier"]}
    if named:
        lead["required"] += ["company", "events"]
        lead["properties"]["company"] = {"type": "string", "pattern": "^[A-Z][a-z]{3,12} (Ltd|GmbH)$"}
        lead["properties"]["source"] = {"type": "string", "enum": ["web_form", "partner"]}
        lead["properties"] |= {name: {"type": "number", "maximum": 10**6} for name in ("deal_size", "employees")}
        lead["additionalProperties"] = False
        body["anyOf"] = [lead]
    return copied


def _named_anew(app: FastAPI) -> Callable[..., Awaitable[None]]:
    """Drawn keys are all alike, and most calls would only be told so: four of five get a key of their own."""
    numbers = count()

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        number = next(numbers)
        if number % 5:
            suffix = b"-%d" % number
            headers = scope.get("headers", ())
            named = [(n, v + suffix if n == b"idempotency-key" and 0 < len(v) < 200 else v) for n, v in headers]
            scope = {**scope, "headers": named}
        await app(scope, receive, send)

    return called


def _count(found: Found, event: ScenarioFinished) -> None:
    for case_id, interaction in event.recorder.interactions.items():
        found.calls += 1
        found.phases[event.phase.name.lower()] += 1
        if interaction.response is not None:
            found.statuses[interaction.response.status_code] += 1
        for check in event.recorder.checks.get(case_id, ()):
            if check.status.name == "FAILURE" and check.failure_info is not None:
                body = interaction.request.body
                told = f"{interaction.request.method} {interaction.request.uri} {body!r:.300}"
                found.failures.append(f"{check.name}: {check.failure_info.failure} | {told}")


def desk_app(folder: Path) -> Iterator[tuple[FastAPI, StandingDesk]]:
    """The API of the example's desk over SQLite, which asks for a token."""
    workspace = Workspace.create(folder / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    workspace.agreement_dir.mkdir()
    for path in EXAMPLE.glob("*.toml"):
        (workspace.agreement_dir / path.name).write_bytes(path.read_bytes())
    (workspace.agreement_dir / "api.toml").write_text('tokens = ["env:API_TOKEN"]\n', encoding="utf-8")
    logbook = Logbook.open(folder / "logbook.sqlite")
    upgrade(logbook)
    agreed = open_desk(workspace, logbook, now=NOW)
    desk = StandingDesk(
        workspace=workspace,
        logbook=logbook,
        clock=lambda: NOW,
        environment={"API_TOKEN": TOKEN},
        read=lambda _, __, ___: agreed,
    )
    desk.open()
    yield create_app(desk), desk
    logbook.close()


def told(found: Found, taken: int, history: int) -> list[str]:
    """The results as lines."""
    statuses = ", ".join(f"{status} {n:,}x" for status, n in sorted(found.statuses.items()))
    phases = ", ".join(f"{n:,} of {phase.replace('_', ' ')}" for phase, n in sorted(found.phases.items()))
    by = f"Schemathesis {schemathesis.SCHEMATHESIS_VERSION}"
    return [
        f"{found.calls:,} calls drawn by {by} from the API's description ({phases}) against one desk over SQLite.",
        "",
        f"- answers: {statuses}",
        f"- {taken:,} leads came in; {history:,} lines in the journal",
        f"- errors of the server: {sum(n for status, n in found.statuses.items() if status >= 500)}",
        f"- violations of the description, and calls let in without a token: {len(found.failures)}",
    ]


def main() -> int:
    """Run the proof and write the results; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=30, help="Of chains of calls.")
    parser.add_argument("--seed", type=int, default=20260331)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for app, desk in desk_app(Path(folder)):
            found = prove(app, each=words.each, seed=words.seed)
            found.add(prove_chains(app, rounds=words.rounds, seed=words.seed))
            with desk.logbook.reading() as book:
                counted: Any = [book.all(f"SELECT count(*) FROM {table}")[0][0] for table in ("leads", "entries")]
    for failure in found.failures[:20]:
        print(failure, file=sys.stderr)
    harness.write_section("Proof: the API's description", told(found, *counted), results=words.results)
    return 1 if found.failures or any(status >= 500 for status in found.statuses) else 0


if __name__ == "__main__":
    sys.exit(main())
