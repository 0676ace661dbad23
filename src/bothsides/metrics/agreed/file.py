"""Reads agreement/metrics.toml: every definition with the day from which it holds, every mistake named at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bothsides.agreement import AgreementError, Entry, Problem, load_entries
from bothsides.metrics.agreed.definition import Definition, key_mistakes, make_metric, parse_parts
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.dictionary import HOUSE, Dictionary, Version
from bothsides.metrics.metric import Metric

FILE = Path("agreement") / "metrics.toml"
"""Where a workspace keeps its own definitions."""


def read_dictionary(folder: Path) -> Dictionary:
    """The dictionary in force in a workspace, the house's where it has agreed on nothing of its own.

    Raises AgreementError naming every mistake of its file.
    """
    path = folder / FILE
    return read_definitions(path) if path.exists() else HOUSE


def read_definitions(path: Path) -> Dictionary:
    """The house's metrics with the definitions of one file on top.

    Raises AgreementError naming every mistake, and FileNotFoundError where there is no file.
    """
    entries, structural = load_entries(path, "metric", Definition)
    problems = list(structural)
    agreed: dict[str, tuple[Version, ...]] = {}
    for entry in entries:
        name = str(entry.written.get("id", ""))
        versions = agreed.get(name) or _house_versions(name)
        version, mistakes = _read(entry, versions)
        problems += (_problem(path, entry, key, said) for key, said in mistakes)
        if version is not None:
            agreed[name] = (*versions, version)
    if problems:
        raise AgreementError(problems)
    return Dictionary(agreed)


def _house_versions(name: str) -> tuple[Version, ...]:
    return (Version(metric=METRICS[name], agreed=False),) if name in METRICS else ()


def _read(entry: Entry[Definition], versions: Sequence[Version]) -> tuple[Version | None, list[tuple[str, str]]]:
    """The version that a table makes, None where it makes none, and what is wrong with it."""
    parts, wrong = parse_parts(entry.written)
    mistakes = [(key, str(mistake)) for key, mistake in wrong]
    definition, before = entry.policy, versions[-1] if versions else None
    if definition is None:
        return None, mistakes
    mistakes += key_mistakes(definition, before.metric if before else None)
    mistakes += _order_mistakes(definition, before)
    if mistakes:
        return None, mistakes
    metric, mistakes = make_metric(definition, parts, before.metric if before else None)
    return (
        Version(metric=_numbered(metric, before), effective_from=definition.effective_from, restate=definition.restate),
        mistakes,
    )


def _order_mistakes(definition: Definition, before: Version | None) -> Iterator[tuple[str, str]]:
    """Versions of one metric stand in the order of their days; a later one says from when it holds."""
    if before is None:
        return
    if definition.effective_from is None:
        if not definition.restate:
            said = f"missing: {before.metric.definition} is defined already; say from which day this one holds"
            yield "effective_from", f"{said}, or restate = true to tell all history by it"
    elif before.effective_from is not None and definition.effective_from <= before.effective_from:
        yield "effective_from", f"must be after {before.effective_from}, the day of {before.metric.definition}"


def _numbered(metric: Metric, before: Version | None) -> Metric:
    return replace(metric, version=before.metric.version + 1 if before else 1)


def _problem(path: Path, entry: Entry[Definition], key: str, said: str) -> Problem:
    name = entry.written.get("id")
    value = entry.written.get(key, "")
    return Problem(
        file=str(path),
        key=f"{entry.key}{f' ({name})' if isinstance(name, str) else ''}.{key}",
        value=f'"{value}"' if isinstance(value, str) and value else str(value),
        allowed=said,
    )
