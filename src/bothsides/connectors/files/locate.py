"""Finding files: paths, globs, folders, and members inside .zip archives."""

import difflib
import glob
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from bothsides.connectors.files.table import FileRefused

READABLE = (".csv", ".tsv", ".tab", ".txt", ".psv", ".jsonl", ".ndjson", ".parquet", ".xlsx")
"""Name endings that a folder or a whole archive offers; a file named in full may end in anything."""


class FileMissing(FileNotFoundError):  # noqa: N818 - reads as the fact
    """No file fits a pattern: says the pattern, the folder looked in and what is there."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FoundFile:
    """One file to read: `name` as the person knows it, `path` on disk, `member` inside a .zip (None outside one)."""

    name: str
    path: Path
    member: str | None = None

    @property
    def inner_name(self) -> str:
        """The name whose ending tells the format: the member's, or the file's without '.gz'."""
        name = self.member if self.member is not None else self.path.name
        return name[:-3] if name.lower().endswith(".gz") else name


def locate(patterns: Sequence[str], root: Path) -> tuple[FoundFile, ...]:
    """Every file that fits one of the patterns, once, sorted by name.

    A pattern is a path or glob relative to `root` (or absolute), a folder (its readable files), or reaches into an
    archive: 'exports.zip/*.csv'; 'exports.zip' alone means every readable member. Raises `FileMissing`.
    """
    found: dict[tuple[Path, str | None], FoundFile] = {}
    for pattern in patterns:
        matches = list(_matches(pattern, root))
        if not matches:
            raise FileMissing(_missing(pattern, root))
        for match in matches:
            found.setdefault((match.path, match.member), match)
    return tuple(sorted(found.values(), key=lambda file: (file.name, str(file.path), file.member or "")))


def _matches(pattern: str, root: Path) -> Iterator[FoundFile]:
    outer, member = _split_archive(pattern)
    for path in _paths(outer, root):
        if path.is_dir():
            yield from _folder(path, root)
        elif path.exists() and not path.is_file():
            raise FileRefused(
                _shown(path, root), "no_file", "not a regular file (a pipe or a device); save it as a file"
            )
        elif path.suffix.lower() == ".zip":
            yield from _members(path, member, root)
        elif member is None:
            yield FoundFile(name=_shown(path, root), path=path)


def _split_archive(pattern: str) -> tuple[str, str | None]:
    """The part of a pattern that names a file on disk, and the part that names members of that archive."""
    parts = pattern.split("/")
    for position, part in enumerate(parts[:-1], start=1):
        if part.lower().endswith(".zip"):
            return "/".join(parts[:position]), "/".join(parts[position:]) or None
    return pattern, None


def _paths(pattern: str, root: Path) -> list[Path]:
    """Literal path first: 'orders[1].csv' is a file name before it is a glob."""
    literal = root / pattern
    if literal.exists():
        return [literal]
    return [root / match for match in sorted(glob.glob(pattern, root_dir=root, recursive=True))]  # noqa: PTH207


def _folder(folder: Path, root: Path) -> Iterator[FoundFile]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and _readable(path.name):
            yield FoundFile(name=_shown(path, root), path=path)


def _members(archive: Path, pattern: str | None, root: Path) -> Iterator[FoundFile]:
    for member in archive_members(archive):
        wanted = _readable(member) if pattern is None else member == pattern or fnmatchcase(member, pattern)
        if wanted:
            yield FoundFile(name=f"{_shown(archive, root)}/{member}", path=archive, member=member)


def archive_members(archive: Path) -> list[str]:
    """Files inside a .zip, without folders, hidden files and the resource forks that macOS adds."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [info.filename for info in opened.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise FileRefused(
            archive.name, "damaged_archive", f"not a complete .zip archive ({error}); fetch it again"
        ) from error
    return sorted(name for name in names if not _hidden(name))


def _hidden(member: str) -> bool:
    parts = member.split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part != ".." for part in parts)


def _readable(name: str) -> bool:
    lower = name.lower().removesuffix(".gz")
    return lower.endswith(READABLE) and not name.rsplit("/", 1)[-1].startswith((".", "~$"))


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _missing(pattern: str, root: Path) -> str:
    outer, member = _split_archive(pattern)
    archives = [path for path in _paths(outer, root) if path.is_file()]
    if archives and archives[0].suffix.lower() == ".zip":
        here = archive_members(archives[0])
        return _missing_in(pattern, member or "", _shown(archives[0], root), here)
    folder = _fixed(root / pattern)
    if not folder.is_dir():
        return _no_folder(pattern, folder, root)
    here = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    return _missing_in(pattern, Path(pattern).name, str(folder), here)


def _fixed(path: Path) -> Path:
    """The folder of a pattern up to its first star: what must exist for anything to fit."""
    folder = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), path.parent.parts))
    return folder if folder.parts else path.parent


def _no_folder(pattern: str, folder: Path, root: Path) -> str:
    """Which folder on the way is not there, and the one that may be meant; what else lies around is not listed."""
    while not folder.parent.is_dir():
        folder = folder.parent
    if folder.parent.is_dir() and folder.exists():
        return f"no file fits {pattern!r}: {_shown(folder, root)} is a file, not a folder"
    beside = [path.name for path in folder.parent.iterdir() if path.is_dir()]
    near = difflib.get_close_matches(folder.name, beside, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"no file fits {pattern!r}: {_shown(folder, root)} does not exist.{meant}"


def _missing_in(pattern: str, wanted: str, place: str, here: list[str]) -> str:
    if not here:
        return f"no file fits {pattern!r}: {place} is empty"
    near = difflib.get_close_matches(wanted, here, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    rest = f" and {len(here) - 10} more" if len(here) > 10 else ""
    return f"no readable file fits {pattern!r}: {place} holds {', '.join(here[:10])}{rest}.{meant}"
