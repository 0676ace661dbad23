"""Files as received, kept under their content's hash, and what each load was made of."""

import hashlib
import json
import os
import re
import string
from collections.abc import Mapping as Values
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bothsides.agreement import Problem
from bothsides.connectors.files import FileMissing, FileRefused, FoundFile, locate
from bothsides.ingest.mapping import Mapping
from bothsides.ingest.mapping_file import MappingError
from bothsides.warehouse import fsync_directory

_BLOCK = 1 << 20
_OWN = ("raw", "mapping", "agreement", "reports", "bothsides.toml", "syncs.jsonl", ".sync.lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedFile:
    """One file of a source: the name a person knows, its copy in the workspace, the member inside an archive."""

    name: str
    path: Path
    member: str | None
    sha256: str
    size: int

    @property
    def found(self) -> FoundFile:
        """For the file reader."""
        return FoundFile(name=self.name, path=self.path, member=self.member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """The files of one source in one load, by input ('' without a reshape)."""

    mapping: Mapping
    inputs: tuple[tuple[str, tuple[LandedFile, ...]], ...]

    @property
    def files(self) -> tuple[LandedFile, ...]:
        """Every file once."""
        return tuple(dict.fromkeys(file for _, files in self.inputs for file in files))


def expanded(pattern: str, environment: Values[str, str]) -> str:
    """A pattern with ${NAME} replaced. Raises KeyError with the name that is not set.

    >>> expanded("${DATA}/a*.csv", {"DATA": "/data"})
    '/data/a*.csv'
    """
    return string.Template(pattern).substitute(environment)


def land(mapping: Mapping, folder: Path, raw_dir: Path) -> Landed:
    """Copy the source's files into the workspace, each content once. Raises MappingError where a file is missing."""
    reshape_text(mapping)
    found = find_files(mapping, folder)
    copies = {path: _copy(path, raw_dir) for path in dict.fromkeys(file.path for _, files in found for file in files)}
    return Landed(
        mapping=mapping,
        inputs=tuple((name, tuple(_landed(file, *copies[file.path]) for file in files)) for name, files in found),
    )


def land_made(mapping: Mapping, path: Path, name: str, raw_dir: Path) -> Landed:
    """Copy a file that was made for a source into the workspace; `name` is what a person reads."""
    kept, sha256 = _copy(path, raw_dir)
    file = LandedFile(name=name, path=kept, member=None, sha256=sha256, size=kept.stat().st_size)
    return Landed(mapping=mapping, inputs=(("", (file,)),))


def find_files(mapping: Mapping, folder: Path) -> list[tuple[str, tuple[FoundFile, ...]]]:
    """The source's files by input name, without touching them. Raises MappingError where one is missing."""
    found: list[tuple[str, tuple[FoundFile, ...]]] = []
    for name, patterns in mapping.inputs or (("", mapping.files),):
        key = f"inputs.{name}" if name else "files"
        files = _locate(mapping, key, patterns, folder)
        _refuse_own(mapping, key, files, folder)
        found.append((name, files))
    return found


def _refuse_own(mapping: Mapping, key: str, files: tuple[FoundFile, ...], folder: Path) -> None:
    """Files that the workspace keeps for itself are no exports. Raises MappingError."""
    home = folder.resolve()
    for file in files:
        place = file.path.resolve()
        if home not in place.parents:
            continue
        first = place.relative_to(home).parts[0]
        if first in _OWN or first.startswith("warehouse.duckdb"):
            allowed = f"{file.name} belongs to the workspace itself; name your exports, in a folder such as exports/"
            raise MappingError([Problem(file=_where(mapping), key=key, value=repr(file.name), allowed=allowed)])


def _where(mapping: Mapping) -> str:
    return str(mapping.path or f"{mapping.source}.toml")


def _landed(file: FoundFile, path: Path, sha256: str) -> LandedFile:
    return LandedFile(name=file.name, path=path, member=file.member, sha256=sha256, size=path.stat().st_size)


def _locate(mapping: Mapping, key: str, patterns: tuple[str, ...], folder: Path) -> tuple[FoundFile, ...]:
    where = _where(mapping)
    ready = []
    for pattern in patterns:
        try:
            ready.append(expanded(pattern, os.environ))
        except KeyError as error:
            allowed = f"the environment variable {error.args[0]} is not set; set it to the folder that holds the files"
            raise MappingError([Problem(file=where, key=key, value=repr(pattern), allowed=allowed)]) from None
        except ValueError:
            allowed = "a $ must stand before {NAME}, the name of an environment variable"
            raise MappingError([Problem(file=where, key=key, value=repr(pattern), allowed=allowed)]) from None
    try:
        return locate(ready, folder)
    except (FileMissing, FileRefused) as error:
        raise MappingError([Problem(file=where, key=key, value=repr(list(patterns)), allowed=str(error))]) from None


def _copy(path: Path, raw_dir: Path) -> tuple[Path, str]:
    """The file's copy under raw/<hash>, made unless it is there already, flushed to the disk."""
    name = re.sub(r"[^\w.()&+ -]", "_", path.name)[:120] or "file"
    if any(known.stat().st_size == path.stat().st_size for known in raw_dir.glob(f"*/*/{_escaped(name)}")):
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        kept = raw_dir / digest[:2] / digest / name
        if kept.exists():
            return kept, digest
    raw_dir.mkdir(parents=True, exist_ok=True)
    arriving = raw_dir / f".arriving-{os.getpid()}"
    try:
        digest = _copy_hashed(path, arriving)
        kept = raw_dir / digest[:2] / digest / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            arriving.replace(kept)
            for place in (kept.parent, kept.parent.parent, raw_dir):
                fsync_directory(place)
    finally:
        arriving.unlink(missing_ok=True)
    return kept, digest


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _copy_hashed(path: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as sink:
        while block := source.read(_BLOCK):
            digest.update(block)
            sink.write(block)
        sink.flush()
        os.fsync(sink.fileno())
    return digest.hexdigest()


def sweep(raw_dir: Path) -> None:
    """Remove copies that a killed sync left half made."""
    for path in raw_dir.glob(".arriving-*"):
        path.unlink(missing_ok=True)


def write_manifest(raw_dir: Path, load_id: int, landed: tuple[Landed, ...]) -> None:
    """Write down what a load is made of, so that it can be run again."""
    sources = [
        {
            "source": item.mapping.source,
            "file": item.mapping.path.name if item.mapping.path else None,
            "mapping": item.mapping.path.read_text(encoding="utf-8") if item.mapping.path else None,
            "reshape": reshape_text(item.mapping),
            "inputs": {
                name: [
                    {"name": file.name, "path": str(file.path.relative_to(raw_dir)), "member": file.member,
                     "sha256": file.sha256, "bytes": file.size}
                    for file in files
                ]
                for name, files in item.inputs
            },
        }
        for item in landed
    ]  # fmt: skip
    folder = raw_dir / "loads"
    folder.mkdir(parents=True, exist_ok=True)
    arriving = raw_dir / f".arriving-{os.getpid()}"
    with arriving.open("w", encoding="utf-8") as sink:
        json.dump({"load_id": load_id, "sources": sources}, sink, ensure_ascii=False, indent=1)
        sink.flush()
        os.fsync(sink.fileno())
    arriving.replace(folder / f"{load_id}.json")
    fsync_directory(folder)


def reshape_text(mapping: Mapping) -> str | None:
    """The SQL beside the mapping; None where there is none. Raises MappingError for what is no text."""
    path = mapping.path.parent / mapping.reshape if mapping.path and mapping.reshape else None
    if path is None or not path.exists():
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        allowed = "is a folder; the reshape must be a text file beside the mapping"
    except UnicodeDecodeError as error:
        allowed = f"must be UTF-8 text, save it as such: {error}"
    raise MappingError([Problem(file=str(path), key="SQL", value="", allowed=allowed)])


def read_manifest(raw_dir: Path, load_id: int) -> list[dict[str, Any]]:
    """The sources of a load as they were written down. Raises FileNotFoundError where the load left nothing."""
    data = json.loads((raw_dir / "loads" / f"{load_id}.json").read_text(encoding="utf-8"))
    sources: list[dict[str, Any]] = data["sources"]
    return sources


def relanded(entry: dict[str, Any], mapping: Mapping, raw_dir: Path) -> Landed:
    """A source of an earlier load from its manifest entry, to be read again by `mapping`."""
    inputs = []
    for name, files in entry["inputs"].items():
        landed = tuple(
            LandedFile(
                name=file["name"],
                path=raw_dir / file["path"],
                member=file["member"],
                sha256=file["sha256"],
                size=file["bytes"],
            )
            for file in files
        )
        inputs.append((name, landed))
    return Landed(mapping=mapping, inputs=tuple(inputs))
