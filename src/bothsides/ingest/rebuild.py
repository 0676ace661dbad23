"""Reading earlier loads again from raw, in order, when there is no warehouse of today's shape to build on."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bothsides.ingest.landing import Landed, read_manifest, relanded
from bothsides.ingest.mapping import Mapping, Mode
from bothsides.ingest.mapping_file import MappingError, load_mapping
from bothsides.ingest.report import SyncRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLoad:
    """A published load that is to be run again."""

    load_id: int
    landed: tuple[Landed, ...]


def earlier_loads(
    load_ids: Sequence[int], raw_dir: Path, scratch: Path, today: Sequence[Mapping], *, all_needed: bool
) -> tuple[list[EarlierLoad], list[str]]:
    """The loads with the mappings of their day (today's where those no longer fit the schema), and notes about them.

    With `all_needed` a load whose files are gone raises SyncRefused; otherwise it is left out with a note.
    """
    loads: list[EarlierLoad] = []
    notes: list[str] = []
    for load_id in load_ids:
        try:
            entries = read_manifest(raw_dir, load_id)
            landed = [_relanded(entry, load_id, raw_dir, scratch, today, notes) for entry in entries]
        except FileNotFoundError as error:
            lost = f"load {load_id} cannot be read again: {error.filename or error} is gone"
            if all_needed:
                remedy = "put it back, or give up the history by moving warehouse.duckdb and raw/ away"
                why = "the shape of the warehouse changed, so every load must be read again"
                raise SyncRefused([f"{lost}; {why}: {remedy}"]) from None
            notes.append(f"{lost}; its versions are not part of the new warehouse")
            continue
        loads.append(EarlierLoad(load_id=load_id, landed=tuple(item for item in landed if item is not None)))
    return loads, notes


def changed_mappings(load_ids: Sequence[int], raw_dir: Path, today: Sequence[Mapping]) -> list[str]:
    """Sentences about sources of changes or additions whose mapping is another than at their last load."""
    notes = []
    for mapping in today:
        if mapping.mode is Mode.SNAPSHOT or mapping.path is None:
            continue
        load_id, before = _last_text(mapping.source, load_ids, raw_dir)
        if before is not None and before != mapping.path.read_text(encoding="utf-8"):
            notes.append(
                f"{mapping.source}: its mapping changed since load {load_id}, and records of earlier files are kept as "
                "they were read; to read all by the new mapping, move warehouse.duckdb away and sync again"
            )
    return notes


def moved_id_spaces(load_ids: Sequence[int], raw_dir: Path, today: Sequence[Mapping]) -> dict[str, tuple[str, str]]:
    """The id space before and now of each source whose mapping names another one than at its last load."""
    moved = {}
    for mapping in today:
        _, text = _last_text(mapping.source, load_ids, raw_dir)
        if text is None:
            continue
        data = tomllib.loads(text)
        top = data.get("id_space") or mapping.source
        before = [top, *(item.get("id_space") or top for item in data["table"])]
        after = [mapping.id_space, *(item.id_space or mapping.id_space for item in mapping.tables)]
        differing = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
        if differing:
            moved[mapping.source] = differing[0]
    return moved


def _last_text(source: str, load_ids: Sequence[int], raw_dir: Path) -> tuple[int, str | None]:
    for load_id in reversed(load_ids):
        try:
            entries = read_manifest(raw_dir, load_id)
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry["source"] == source:
                return load_id, entry["mapping"]
    return 0, None


def _relanded(
    entry: dict[str, Any], load_id: int, raw_dir: Path, scratch: Path, today: Sequence[Mapping], notes: list[str]
) -> Landed | None:
    mapping = _mapping_of(entry, scratch / f"load-{load_id}", today)
    if mapping is None:
        notes.append(f"load {load_id}: source {entry['source']} has no mapping any more and was left out")
        return None
    landed = relanded(entry, mapping, raw_dir)
    for file in landed.files:
        if not file.path.exists():
            raise FileNotFoundError(2, "raw file is gone", str(file.path))
    return landed


def _mapping_of(entry: dict[str, Any], scratch: Path, today: Sequence[Mapping]) -> Mapping | None:
    """The mapping by which the load is read again.

    A snapshot is read as it was on its day. Changes and additions build on each other, so all of them are read by
    today's mapping; and so is what the mapping of its day cannot read any more.
    """
    now = next((mapping for mapping in today if mapping.source == entry["source"]), None)
    if entry["mapping"] is None or (now is not None and now.mode is not Mode.SNAPSHOT):
        return now
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / entry["file"]
    path.write_text(entry["mapping"], encoding="utf-8")
    try:
        mapping = load_mapping(path)
    except MappingError:
        return now
    if mapping.reshape and entry["reshape"] is not None:
        (scratch / mapping.reshape).write_text(entry["reshape"], encoding="utf-8")
    return mapping
