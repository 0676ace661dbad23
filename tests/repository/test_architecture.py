"""ARCHITECTURE.md, the folders and the import contract describe the same house."""

import re
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = _ROOT / "src" / "bothsides"
_PAGE = (_ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def _folders() -> set[str]:
    return {path.name for path in _PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}


def _described() -> list[str]:
    section = _PAGE.split("## The rooms", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^- `(\w+)/` - \S", section, flags=re.MULTILINE)


def _layers() -> list[set[str]]:
    """The contract's layers, lowest first."""
    contracts = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [one for one in contracts["contracts"] if one["type"] == "layers"]
    assert contract["exhaustive"] is True
    return [{room.strip() for room in layer.split("|")} for layer in reversed(contract["layers"])]


def test_every_room_has_one_line_and_every_line_a_room():
    assert sorted(_described()) == sorted(_folders())


def test_every_room_has_work():
    empty = [room for room in _folders() if not any(p.stem != "__init__" for p in (_PACKAGE / room).rglob("*.py"))]
    assert empty == []


def test_the_contract_names_the_same_rooms_in_the_same_order():
    layer_of = {room: level for level, rooms in enumerate(_layers()) for room in rooms}
    assert set(layer_of) == _folders()
    levels = [layer_of[room] for room in _described()]
    assert levels == sorted(levels)


def test_the_places_it_sends_people_to_exist():
    named = set(re.findall(r"`((?:src|docs|tests)/[\w./-]+)`", _PAGE)) | set(re.findall(r"\]\(([\w./-]+)\)", _PAGE))
    assert [path for path in sorted(named) if not (_ROOT / path).exists()] == []


def test_each_room_has_tests():
    assert sorted(room for room in _folders() if not list((_ROOT / "tests" / room).glob("**/test_*.py"))) == []
