"""Where models are kept: the latest of each with its version, data window and load, and every one before it.

`models/<model>-<side>.json` holds the latest, `models/history/<model>-<side>/<version>.json` each one ever stored.
Files are canonical JSON, written beside and renamed, so that a reader sees the old one or the new one.
"""

import dataclasses
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from bothsides.predict.model_card import ModelCard, version_of

FORMAT = 1
"""What the files look like; a file of another format is not read."""

_ID = re.compile(r"[a-z]+(-[a-z]+)*")
_VERSION = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One model as it was kept. `card` and `content` are plain data; the window's days are the first and last known."""

    id: str
    version: str
    window: tuple[date, date] | None
    load_id: int | None
    card: Mapping[str, Any]
    content: Mapping[str, Any]

    @property
    def known_to(self) -> date | None:
        """The last day whose data the model knew."""
        return None if self.window is None else self.window[1]


def stored(card: ModelCard, *, window: tuple[date, date] | None, load_id: int | None, content: object = None) -> Stored:
    """What is kept of a model: its card, what it said, the days it knew and the load it was made from."""
    told, rest = plain(card), {} if content is None else plain(content)
    return Stored(
        id=card.id,
        version=card.version or version_of(told),
        window=window,
        load_id=load_id,
        card=told,
        content=rest,
    )


def plain(value: object) -> Any:
    """Records as plain data for JSON: days as text, a number that is none as null.

    >>> plain({"day": date(2024, 1, 2), "rate": float("nan")})
    {'day': '2024-01-02', 'rate': None}
    """
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise ValueError(f"{value!r} cannot be stored: records, text, numbers, days and lists of them can")


def keep(folder: Path, model: Stored) -> bool:
    """Store the model as the latest and in the history; False where the latest says the very same already.

    One of the same version that is told in other words or judged by another line takes its place.

    Raises ValueError for an id or version that is no file's name.
    """
    latest = latest_path(folder, model.id)
    now = read_latest(folder, model.id) if latest.exists() else None
    text = _text(model)
    if now is not None and _text(now) == text:
        return False
    _write(_history(folder, model.id) / f"{_checked(_VERSION, model.version, 'version')}.json", text)
    _write(latest, text)
    return True


def latest_path(folder: Path, model_id: str) -> Path:
    """Where the latest model of that id lies. Raises ValueError for what is no id, such as `churn-buyer`."""
    return folder / f"{_checked(_ID, model_id, 'id')}.json"


def read_latest(folder: Path, model_id: str) -> Stored | None:
    """The latest model of that id, None where none was stored. Raises ValueError naming a file that cannot be read."""
    path = latest_path(folder, model_id)
    return _read(path) if path.exists() else None


def read_version(folder: Path, model_id: str, version: str) -> Stored:
    """A model by its version. Raises KeyError with the versions there are."""
    if version not in versions(folder, model_id):
        raise KeyError(
            f"{model_id} has no version {version!r}; stored: {', '.join(versions(folder, model_id)) or 'none'}"
        )
    return _read(_history(folder, model_id) / f"{version}.json")


def versions(folder: Path, model_id: str) -> tuple[str, ...]:
    """Every version that was stored, by the last day each knew."""
    found = [_read(path) for path in sorted(_history(folder, model_id).glob("*.json"))]
    return tuple(model.version for model in sorted(found, key=lambda m: (m.known_to or date.min, m.version)))


def _history(folder: Path, model_id: str) -> Path:
    return folder / "history" / _checked(_ID, model_id, "id")


def _checked(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{what} {text!r} is not like {'churn-buyer' if what == 'id' else 'a1b2c3d4e5f6'}")
    return text


def _text(model: Stored) -> str:
    told = plain(model) | {"format": FORMAT}
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    """The whole text or none of it: written beside, flushed to the disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path) -> Stored:
    advice = "move it away and predict again"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']}, this version reads {FORMAT}")
        window, load_id = told["window"], told["load_id"]
        if load_id is not None and type(load_id) is not int:
            raise ValueError(f"its load is {load_id!r}, not a number")
        card, content = dict(told["card"]), dict(told["content"])
        return Stored(
            id=told["id"],
            version=told["version"],
            window=None if window is None else (date.fromisoformat(window[0]), date.fromisoformat(window[1])),
            load_id=load_id,
            card=card,
            content=content,
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no stored model ({error}): {advice}") from None
