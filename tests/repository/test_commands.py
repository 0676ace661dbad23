"""The Makefile, the locks and the CI gate: what they promise a newcomer."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_MAKEFILE = (_ROOT / "Makefile").read_text(encoding="utf-8")
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _locked(name: str) -> dict[str, set[str]]:
    """Package to its locked versions (one for each range of Python versions)."""
    versions: dict[str, set[str]] = {}
    text = (_ROOT / "requirements" / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", text, flags=re.MULTILINE):
        versions.setdefault(_canonical(package), set()).add(version)
    return versions


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wanted(requirements: list[str]) -> set[str]:
    return {_canonical(re.match(r"[\w.-]+", line).group()) for line in requirements}


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", _MAKEFILE, flags=re.MULTILINE))


def test_the_promised_commands_exist_and_help_lists_them():
    promised = {"demo", "test", "check", "serve", "bench", "proof", "lock", "docs", "help"}
    assert promised <= _targets()
    listed = subprocess.run(["make", "help"], cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    assert {name for name in promised if f"make {name} " not in listed} == set()


def test_pages_name_only_commands_that_exist():
    pages = [_ROOT / "README.md", _ROOT / "ARCHITECTURE.md", *(_ROOT / "docs").rglob("*.md")]
    used = {name for page in pages for name in re.findall(r"`?make ([a-z-]+)`", page.read_text(encoding="utf-8"))}
    assert used - _targets() == set()
    assert {"demo", "test"} <= set(re.findall(r"make ([a-z-]+)", (_ROOT / "README.md").read_text(encoding="utf-8")))


def test_every_locked_package_has_a_hash():
    for name in ("runtime.txt", "dev.txt"):
        text = (_ROOT / "requirements" / name).read_text(encoding="utf-8")
        entries = text.replace("\\\n", " ").splitlines()
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
        assert len(entries) > 20


def test_the_runtime_lock_holds_what_every_command_needs():
    """`make install` is the README's way in: the API and PostgreSQL must not ask for a second one."""
    extras = _PROJECT["project"]["optional-dependencies"]
    wanted = _wanted(_PROJECT["project"]["dependencies"]) | _wanted(_PROJECT["build-system"]["requires"])
    assert (wanted | _wanted(extras["server"]) | _wanted(extras["postgres"])) - set(_locked("runtime.txt")) == set()


def test_the_dev_lock_is_the_runtime_lock_with_tools_and_extras():
    runtime, dev = _locked("runtime.txt"), _locked("dev.txt")
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}
    tools = _wanted(_PROJECT["dependency-groups"]["dev"])
    extras = {name for lines in _PROJECT["project"]["optional-dependencies"].values() for name in _wanted(lines)}
    assert (tools | extras) - set(dev) == set()


def test_the_engine_is_locked_at_the_tested_versions():
    assert _locked("runtime.txt")["duckdb"] == {"1.5.6"}
    assert _locked("duckdb2.txt") == {"duckdb": {"2.0.0"}}
    assert "--hash=sha256:" in (_ROOT / "requirements" / "duckdb2.txt").read_text(encoding="utf-8")


def test_no_machine_file_of_a_resolver_is_committed():
    assert not (_ROOT / "uv.lock").exists()


def test_the_ci_gate_is_runnable_and_runs_the_tests_once():
    gate = _ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    script = gate.read_text(encoding="utf-8")
    assert script.count("make test") == 1
    assert "pytest" not in script
    for target in ("lint", "types", "layers", "docs-check", "install-other-duckdb", "other-duckdb", "install-oracles"):
        assert f"make {target}" in script
    assert script.index("export BOTHSIDES_OTHER_DUCKDB") < script.index("make test")
    assert script.index("BOTHSIDES_ORACLES=.oracles") < script.index("make test")
    assert "set -euo pipefail" in script
