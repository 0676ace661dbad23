"""Writes messages into a JSON-lines file, one line per key, on the disk before it says so."""

import errno
import fcntl
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from bothsides.delivery.message import DELIVERED, Message, Outcome, refused, retry
from bothsides.schema.instant import Instant, in_utc


@dataclass(slots=True, kw_only=True)
class FileSink:
    """One file that many workers may append to; a key that stands in it already is not written again."""

    path: Path
    _keys: set[str] = field(default_factory=set, init=False)
    _read: int = field(default=0, init=False)
    _inode: int = field(default=-1, init=False)

    @property
    def idempotent(self) -> bool:
        """Always."""
        return True

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:  # noqa: ARG002 - of Sink
        """Append the line, unless its key stands there; a full or read-only disk is tried again."""
        content = {
            "key": key,
            "type": message.action,
            "timestamp": f"{in_utc(message.created_at):%Y-%m-%dT%H:%M:%SZ}",
            "subject": message.subject,
            "to": message.to,
            "title": message.title,
            "text": message.text,
            "data": dict(message.data),
        }
        try:
            line = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
            self._append(line.encode() + b"\n", key)
        except OSError as error:
            return retry(f"{self.path.name}: {error.strerror}")
        except (ValueError, TypeError):
            return refused("the message cannot be written as JSON")
        return DELIVERED

    def _append(self, line: bytes, key: str) -> None:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            is_new_to_us = os.fstat(file).st_ino != self._inode
            end = self._caught_up(file)
            if key not in self._keys:
                written = 0
                while written < len(line):
                    written += os.pwrite(file, line[written:], end + written)
            # also where line or file stood there already: the writer may have died before it made them last
            os.fsync(file)
            if is_new_to_us:
                _sync_folder(self.path.parent)
            self._inode = os.fstat(file).st_ino
        finally:
            os.close(file)

    def _caught_up(self, file: int) -> int:
        """Read what was appended; cut off a last line that was never finished, since nobody was told of it."""
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "is not a plain file")
        if status.st_ino != self._inode or status.st_size < self._read:
            self._keys, self._read = set(), 0
        with os.fdopen(os.dup(file), "rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith(b"\n"):
                    os.ftruncate(file, self._read)
                    break
                self._keys.add(_key(line))
                self._read += len(line)
        return self._read


def _key(line: bytes) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    return str(found.get("key", "")) if isinstance(found, dict) else ""


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
