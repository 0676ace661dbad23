"""Reads agreement/metrics.toml and agreement/funnels.toml: every definition with the day from which it holds.

Every mistake of both files is named at once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from bothsides.agreement import AgreementError, Entry, Problem, cut, load_entries, read_toml
from bothsides.metrics.agreed.commission import SECTION, SPLIT, credited_metric, is_splittable, read_commission
from bothsides.metrics.agreed.definition import Definition, kept_mistakes, key_mistakes, make_metric, parse_parts
from bothsides.metrics.agreed.funnels import WrittenFunnel, make_funnel, where_mistakes
from bothsides.metrics.agreed.retentions import WrittenRetention, make_retention
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.contradiction import ContradictionError
from bothsides.metrics.dictionary import HOUSE, Dictionary, Version
from bothsides.metrics.metric import Metric

FILE = Path("agreement") / "metrics.toml"
"""Where a workspace keeps its own definitions."""

FUNNELS = Path("agreement") / "funnels.toml"
"""Where it keeps its own funnels."""

Agreed = dict[str, tuple[Version, ...]]

Written = TypeVar("Written", WrittenFunnel, WrittenRetention)


def read_dictionary(folder: Path, *, instead: Path | None = None) -> Dictionary:
    """The dictionary in force in a workspace, the house's where it has agreed on nothing of its own.

    `instead` is read in place of the workspace's file of metrics, or of funnels where such tables stand in it. Raises
    AgreementError naming every mistake of the files, and FileNotFoundError where there is nothing to read instead.
    """
    agreed: Agreed = {}
    problems: list[Problem] = []
    paths = {FILE: folder / FILE, FUNNELS: folder / FUNNELS}
    if instead is not None:
        paths[FUNNELS if {"funnel", "retention"} & set(read_toml(instead)) else FILE] = instead
    for file, read in ((FILE, _read_metrics), (FUNNELS, _read_funnels), (FUNNELS, _read_retentions)):
        path = paths[file]
        if path.exists():
            try:
                problems += read(path, agreed)
            except AgreementError as error:
                problems += error.problems
    if problems:
        raise AgreementError(list(dict.fromkeys(problems)))
    return Dictionary(agreed) if agreed else HOUSE


def read_definitions(path: Path) -> Dictionary:
    """The house's metrics with the definitions of one file of metrics on top.

    Raises AgreementError naming every mistake, and FileNotFoundError where there is no file.
    """
    agreed: Agreed = {}
    problems = _read_metrics(path, agreed)
    if problems:
        raise AgreementError(problems)
    return Dictionary(agreed)


def _read_metrics(path: Path, agreed: Agreed) -> list[Problem]:
    """Add the file's definitions to those known; what is wrong with it."""
    entries, structural = load_entries(path, "metric", Definition, beside=(SECTION,))
    problems = list(structural)
    for entry in entries:
        name = str(entry.written.get("id", ""))
        versions = agreed.get(name) or _house_versions(name)
        version, mistakes = _read(entry, versions)
        problems += (_problem(path, entry.key, entry.written, key, said) for key, said in mistakes)
        if version is not None:
            agreed[name] = (*versions, version)
    return [*problems, *_read_commission(path, agreed)]


def _read_commission(path: Path, agreed: Agreed) -> list[Problem]:
    """Add a version of every metric that credits a commission to a side; what is wrong with the split."""
    try:
        commission = read_commission(path)
    except AgreementError as error:
        return list(error.problems)
    if commission is None:
        return []
    written = {"buyer": commission.buyer, "effective_from": commission.effective_from or ""}
    problems: dict[Problem, None] = {}
    for name in SPLIT:
        versions = agreed.get(name) or _house_versions(name)
        if not is_splittable(versions[-1].metric):
            continue
        mistakes = _order_mistakes(commission.effective_from, commission.restate, versions[-1])
        problems |= dict.fromkeys(_problem(path, SECTION, written, key, said) for key, said in mistakes)
        version = Version(
            metric=_numbered(credited_metric(versions[-1].metric, commission), versions[-1]),
            effective_from=commission.effective_from,
            restate=commission.restate,
        )
        agreed[name] = (*versions, version)
    return list(problems)[:1]


def _read_funnels(path: Path, agreed: Agreed) -> list[Problem]:
    """Add the metrics of the file's funnels to those known; what is wrong with it."""
    entries, structural = load_entries(path, "funnel", WrittenFunnel, beside=("retention",))
    problems = list(structural)
    for entry in entries:
        mistakes = where_mistakes(entry.written)
        if entry.policy is not None and not mistakes:
            mistakes += _added(entry.policy, make_funnel, agreed)
        problems += (_problem(path, entry.key, entry.written, key, said) for key, said in mistakes)
    return problems


def _read_retentions(path: Path, agreed: Agreed) -> list[Problem]:
    """Add the file's retentions to the metrics known; what is wrong with them."""
    entries, structural = load_entries(path, "retention", WrittenRetention, beside=("funnel",))
    problems = list(structural)
    for entry in entries:
        mistakes = _added(entry.policy, make_retention, agreed) if entry.policy is not None else []
        problems += (_problem(path, entry.key, entry.written, key, said) for key, said in mistakes)
    return problems


def _added(written: Written, make: Callable[[Written], tuple[Metric, ...]], agreed: Agreed) -> list[tuple[str, str]]:
    """Add the metrics of a written funnel or retention to those known; what is wrong with it."""
    try:
        metrics = make(written)
    except ContradictionError as error:
        return list(error.mistakes)
    mistakes: list[tuple[str, str]] = []
    for metric in metrics:
        versions: tuple[Version, ...] = agreed.get(metric.id) or _house_versions(metric.id)
        before = versions[-1] if versions else None
        mistakes += _order_mistakes(written.effective_from, written.restate, before)
        if before is not None:
            mistakes += (("id", said) for _, said in kept_mistakes(metric.unit, metric.side, before.metric))
        version = Version(
            metric=_numbered(metric, before), effective_from=written.effective_from, restate=written.restate
        )
        agreed[metric.id] = (*versions, version)
    return mistakes


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
    mistakes += _order_mistakes(definition.effective_from, definition.restate, before)
    if mistakes:
        return None, mistakes
    metric, mistakes = make_metric(definition, parts, before.metric if before else None)
    return (
        Version(metric=_numbered(metric, before), effective_from=definition.effective_from, restate=definition.restate),
        mistakes,
    )


def _order_mistakes(effective_from: date | None, restate: bool, before: Version | None) -> Iterator[tuple[str, str]]:
    """Versions of one metric stand in the order of their days; a later one says from when it holds."""
    if before is None:
        return
    if effective_from is None:
        if not restate:
            said = f"missing: {before.metric.definition} is defined already; say from which day this one holds"
            yield "effective_from", f"{said}, or restate = true to tell all history by it"
    elif before.effective_from is not None and effective_from <= before.effective_from:
        yield "effective_from", f"must be after {before.effective_from}, the day of {before.metric.definition}"


def _numbered(metric: Metric, before: Version | None) -> Metric:
    return replace(metric, version=before.metric.version + 1 if before else 1)


def _problem(path: Path, place: str, written: dict[str, Any], key: str, said: str) -> Problem:
    name, value = written.get("id"), _written(written, key)
    text = f'"{value}"' if isinstance(value, str) and value else str(value)
    return Problem(
        file=str(path),
        key=f"{place}{f' ({name})' if isinstance(name, str) else ''}.{key}",
        value=cut(text),
        allowed=said,
    )


def _written(table: dict[str, Any], key: str) -> Any:
    """What stands at a key such as `window` or `steps[0].where`, nothing where there is none."""
    found = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", key)
    return table[found[1]][int(found[2])].get(found[3], "") if found else table.get(key, "")
