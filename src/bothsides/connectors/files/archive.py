"""Opening what was found: plain files, .gz files and members of .zip archives, as one stream of bytes."""

import contextlib
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from bothsides.connectors.files.locate import FoundFile
from bothsides.connectors.files.spool import spooling
from bothsides.connectors.files.table import FileRefused

BLOCK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"


def packed(found: FoundFile) -> bool:
    """Whether the file must be unpacked before DuckDB can scan it."""
    if found.member is not None:
        return True
    with found.path.open("rb") as stream:
        return stream.read(2) == GZIP_MAGIC


@contextlib.contextmanager
def opened(found: FoundFile) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a file; a damaged or truncated archive raises `FileRefused`."""
    try:
        with contextlib.ExitStack() as stack:
            yield _stream(found, stack)
    except EOFError as error:
        raise FileRefused(
            found.name, "truncated_archive", "the archive ends in the middle of its data; fetch the file again"
        ) from error
    except NotImplementedError as error:
        raise FileRefused(
            found.name, "damaged_archive", f"the archive is packed in a way that is not known here ({error})"
        ) from error
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error) as error:
        raise FileRefused(
            found.name, "damaged_archive", f"the archive is damaged ({error}); fetch the file again"
        ) from error


def _stream(found: FoundFile, stack: contextlib.ExitStack) -> IO[bytes]:
    if found.member is None:
        stream: IO[bytes] = stack.enter_context(found.path.open("rb"))
    else:
        stream = _member_stream(found, found.member, stack)
    head = stream.read(2)
    stream.seek(0)
    if head != GZIP_MAGIC:
        return stream
    unpacked = gzip.GzipFile(fileobj=stream)
    stack.callback(unpacked.close)
    return cast("IO[bytes]", unpacked)


def _member_stream(found: FoundFile, member: str, stack: contextlib.ExitStack) -> IO[bytes]:
    if member.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", member):
        raise FileRefused(
            found.name, "unsafe_member", f"the archive names a member outside itself, {member!r}; it was not opened"
        )
    archive = stack.enter_context(zipfile.ZipFile(found.path))
    if archive.getinfo(member).flag_bits & 1:
        raise FileRefused(found.name, "encrypted", "the archive is protected by a password; unpack it first")
    return stack.enter_context(archive.open(member))


def unpack(found: FoundFile, spool_dir: Path, limit_bytes: int) -> Path:
    """Stream an archived file into the spool folder and return its path there.

    The name in the spool never comes from the archive. More than `limit_bytes` raises `FileRefused`.
    """
    target = spool_path(found, spool_dir, suffix="raw")
    written = 0
    with opened(found) as source, spooling(target) as sink:
        while block := source.read(BLOCK_BYTES):
            written += len(block)
            if written > limit_bytes:
                raise FileRefused(
                    found.name,
                    "too_large",
                    f"unpacks to more than the limit of {limit_bytes:,} bytes; raise the limit if that is right",
                    {"limit_bytes": limit_bytes, "packed_bytes": found.path.stat().st_size},
                )
            sink.write(block)
    return target


def spool_path(found: FoundFile, spool_dir: Path, *, suffix: str) -> Path:
    """A place of its own for a file in the spool folder, safe for globs and shells."""
    spool_dir.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(f"{found.path.resolve()}\0{found.member or ''}".encode("utf-8", "surrogateescape"))
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", found.inner_name.rsplit("/", 1)[-1])[:60].strip("-.")
    return spool_dir / f"{slug or 'file'}-{digest.hexdigest()[:16]}.{suffix}"
