"""A disk whose power can fail at any moment: an ext4 image in a file of XFS, which clones a file in an instant.

What the clone holds is what the device had been given by then; what the kernel still kept in memory is gone, as after
a power cut. A device that says it has written and lies, or reorders what it was given, is not imitated.
"""

import ctypes
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FICLONE = 0x40049409
_TRIES = 100


class NoPower(RuntimeError):  # noqa: N818 - reads as the fact
    """This machine cannot imitate a power loss; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDisk:
    """`folder` is the disk as its user sees it."""

    image: Path
    folder: Path
    clones: Path

    def snapshot(self, name: str) -> Path:
        """The disk as a power cut at this moment would leave it."""
        clone = self.clones / f"{name}.img"
        with self.image.open("rb") as source, clone.open("wb") as target:
            fcntl.ioctl(target, _FICLONE, source.fileno())
        return clone

    @contextmanager
    def restarted(self, clone: Path) -> Iterator[Path]:
        """The clone as the machine finds it when the power is back; afterwards it is gone, and known to be."""
        folder = clone.with_suffix(".mounted")
        folder.mkdir()
        try:
            with mounted(clone, folder):
                yield folder
        finally:
            folder.rmdir()
            clone.unlink()


@contextmanager
def power_disk(folder: Path, *, megabytes: int) -> Iterator[PowerDisk]:
    """A fresh disk. Raises NoPower where this machine cannot make one."""
    _needs()
    host, image = folder / "host", folder / "host" / "disk.img"
    host.mkdir(parents=True)
    file = folder / "host.img"
    _sparse(file, 12 * megabytes)
    _run("mkfs.xfs", "-q", "-m", "reflink=1", file)
    try:
        with mounted(file, host):
            _sparse(image, megabytes)
            _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
            (host / "disk").mkdir()
            (host / "clones").mkdir()
            with mounted(image, host / "disk"):
                yield PowerDisk(image=image, folder=host / "disk", clones=host / "clones")
    finally:
        file.unlink()
        host.rmdir()


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    """The image as a file system; at the end neither the mount nor its loop device is left."""
    _run("mount", "-o", "loop", image, folder)
    try:
        yield
    finally:
        _unmounted(folder)
        for _ in range(_TRIES):
            if str(image) not in _run("losetup", "-a"):
                break
            time.sleep(0.02)
        else:
            raise RuntimeError(f"{image} is still on a loop device")


def _unmounted(folder: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(_TRIES):
        if libc.umount(os.fsencode(folder)) == 0:
            break
        time.sleep(0.05)
    if os.path.ismount(folder):
        raise RuntimeError(f"{folder} is still mounted: {os.strerror(ctypes.get_errno())}")


def _needs() -> None:
    missing = [word for word in ("mount", "losetup", "mkfs.xfs", "mkfs.ext4") if shutil.which(word) is None]
    if os.geteuid() != 0:
        raise NoPower("a power loss can be imitated by root only: it mounts images")
    if missing or not Path("/dev/loop-control").exists():
        raise NoPower(f"a power loss cannot be imitated here: no {', '.join(missing) or 'loop devices'}")


def _sparse(path: Path, megabytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(megabytes * 2**20)


def _run(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPower(f"{' '.join(map(str, words))} ended in code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def as_user(user: str, *words: str | Path, env: dict[str, str] | None = None, allowed: Sequence[int] = (0,)) -> str:
    """Run a command as another user; what it said. Raises RuntimeError for a code that is not allowed."""
    done = subprocess.run(
        [str(word) for word in words],
        user=user,
        group=user,
        extra_groups=[],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        cwd="/",
        check=False,
    )
    if done.returncode not in allowed:
        raise RuntimeError(f"{words[0]} ended in code {done.returncode}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return done.stdout
