"""Reads a TOML file into the frozen dataclass that a room declared, with every mistake named at once."""

import dataclasses
import difflib
import enum
import hashlib
import json
import tomllib
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError

PolicyT = TypeVar("PolicyT")
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a file that a person wrote: where, what stands there, what may stand there."""

    file: str
    key: str
    value: str
    allowed: str

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        return f"{self.file}: {self.key}{shown}: {self.allowed}"


class AgreementError(ValueError):
    """Every problem of one or more files, each with file, key, value and what is allowed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Generic[PolicyT]):
    """A policy with its version: the sha256 of its canonical JSON, equal for equal meaning whatever the layout."""

    policy: PolicyT
    version: str
    path: Path


def checked(check: Callable[[Checked], Checked]) -> AfterValidator:
    """Marks a field, as in `Annotated[str, checked(f)]`; `f` returns the value or raises ValueError."""
    return AfterValidator(check)


def load_policy(path: Path, policy_type: type[PolicyT], *, section: str | None = None) -> Agreed[PolicyT]:
    """The file (or one `[section]` of it) as the policy dataclass, with its version.

    Missing keys take the dataclass's defaults; unknown keys are errors. Raises AgreementError naming every mistake, and
    FileNotFoundError where there is no file.
    """
    data = read_toml(path)
    if section is not None:
        data = data.get(section, {})
        if not isinstance(data, dict):
            raise AgreementError([_problem(path, (section,), data, "must be a table, written as [" + section + "]")])
    policy, problems = validated(path, (section,) if section else (), data, policy_type)
    if policy is None or problems:
        raise AgreementError(problems)
    return Agreed(policy=policy, version=fingerprint(data), path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[PolicyT]):
    """One `[[key]]` table of a file: the dataclass, or what stands there where it is not one."""

    key: str
    """Where it stands, such as `metric[1]` for the second."""
    written: dict[str, Any]
    policy: PolicyT | None


def load_entries(
    path: Path, key: str, entry_type: type[PolicyT], *, beside: Sequence[str] = ()
) -> tuple[tuple[Entry[PolicyT], ...], tuple[Problem, ...]]:
    """Every `[[key]]` table of the file in order, and every mistake in them; nothing but these tables and those
    named in `beside`, which others read, may stand there.

    A table with a mistake is in the list as it was written, so that the rest of it can be checked as well. Raises
    AgreementError where the file is not TOML, and FileNotFoundError where there is none.
    """
    data = read_toml(path)
    known = sorted((key, *beside))
    problems = [
        _problem(path, (name,), value, _unknown(name, known)) for name, value in data.items() if name not in known
    ]
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise AgreementError([*problems, _problem(path, (key,), tables, f"must be tables, each begun with [[{key}]]")])
    entries = []
    for position, table in enumerate(tables):
        policy, wrong = validated(path, (key, position), table, entry_type)
        entries.append(Entry(key=f"{key}[{position}]", written=table, policy=None if wrong else policy))
        problems += wrong
    return tuple(entries), tuple(problems)


def fingerprint(data: object) -> str:
    """The sha256 of the canonical JSON of plain data: equal for equal meaning, whatever the layout."""
    return hashlib.sha256(_canonical(data).encode()).hexdigest()


def validated(
    path: Path, prefix: tuple[object, ...], data: dict[str, Any], policy_type: type[PolicyT]
) -> tuple[PolicyT | None, list[Problem]]:
    """Plain data as the dataclass, and every mistake in it; `prefix` is where the data stand in the file."""
    problems = [
        _problem(path, (*prefix, *where), value, _unknown(where[-1], known))
        for where, value, known in _unknown_keys(data, policy_type, ())
    ]
    try:
        return _adapter(policy_type).validate_json(_canonical(data), strict=True), problems
    except ValidationError as error:
        problems += [
            _from_pydantic(path, prefix, dict(detail), policy_type) for detail in error.errors(include_url=False)
        ]
        return None, problems


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}
"""Made once for each type: a desk reads a dozen sections whenever it opens."""


def _adapter(policy_type: type[PolicyT]) -> TypeAdapter[PolicyT]:
    made = _ADAPTERS.get(policy_type)
    if made is None:
        made = _ADAPTERS[policy_type] = TypeAdapter(policy_type)
    return made


def read_toml(path: Path) -> dict[str, Any]:
    """What stands in the file. Raises AgreementError where it is not TOML, FileNotFoundError where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise AgreementError(
            [Problem(file=str(path), key="TOML", value="", allowed=f"cannot be read: {error}")]
        ) from None
    except IsADirectoryError:
        raise AgreementError(
            [Problem(file=str(path), key="TOML", value="", allowed="is a folder, not a file; rename or move it")]
        ) from None
    except UnicodeDecodeError as error:
        raise AgreementError(
            [Problem(file=str(path), key="encoding", value="", allowed=f"must be UTF-8, save it as such: {error}")]
        ) from None


def _canonical(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _problem(path: Path, where: tuple[object, ...], value: object, allowed: str) -> Problem:
    return Problem(file=str(path), key=_key(where), value=_shown(value), allowed=allowed)


def _key(where: tuple[object, ...]) -> str:
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _shown(value: object) -> str:
    return cut(json.dumps(value, ensure_ascii=False, default=str))


def cut(text: str) -> str:
    """The text, its end left out where it has more than 120 characters."""
    return text if len(text) <= 120 else text[:117] + "..."


def _unknown(name: object, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key; allowed: {', '.join(known)}{meant}"


def _from_pydantic(path: Path, prefix: tuple[object, ...], detail: dict[str, Any], policy_type: object) -> Problem:
    where = (*prefix, *detail["loc"])
    if detail["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        choices = _choices(_hint(policy_type, detail["loc"]))
        return Problem(file=str(path), key=_key(where), value="", allowed=f"missing; this key is required{choices}")
    return _problem(path, where, detail["input"], mistake_in_words(detail["type"], detail["msg"]))


_KINDS = {
    "int_type": "must be a whole number", "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number", "float_type": "must be a number", "float_parsing": "must be a number",
    "string_type": "must be a text", "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "tuple_type": "must be a list", "list_type": "must be a list", "dict_type": "must be a table of names and values",
    "date_from_datetime_parsing": "must be a day such as 2026-03-31",
}  # fmt: skip


def mistake_in_words(kind: str, message: str) -> str:
    """What may stand there, in the words of who writes the file instead of the checking library's.

    >>> mistake_in_words("int_type", "Input should be a valid integer")
    'must be a whole number'
    >>> mistake_in_words("value_error", "Value error, must be a day")
    'must be a day'
    """
    said = message.removeprefix("Value error, ").removeprefix("Input ")
    return _KINDS.get(kind, said[:1].lower() + said[1:])


def _hint(expected: object, where: Sequence[object]) -> object:
    """The annotation of the field at the end of the way, None where there is none."""
    for step in where:
        if isinstance(step, int):
            expected = next(iter(typing.get_args(expected)), None)
        elif isinstance(expected, type) and dataclasses.is_dataclass(expected):
            expected = typing.get_type_hints(expected, include_extras=True).get(str(step))
        else:
            return None
    return expected


def _choices(hint: object) -> str:
    """What may stand there, as the annotation tells it: words, tables with their keys, or what its check says."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Annotated:
        checks = [str(item.func.__doc__) for item in arguments[1:] if isinstance(item, AfterValidator)]
        told = checks[0].partition(". ")[0].strip() if checks else ""
        return f": {told[:1].lower()}{told[1:]}" if told else ""
    if typing.get_origin(hint) is typing.Literal:
        return f": one of {', '.join(map(str, arguments))}"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return f": one of {', '.join(str(member.value) for member in hint)}"
    table = next((item for item in (hint, *arguments) if dataclasses.is_dataclass(item)), None)
    if table is None:
        return ""
    return f": {'tables' if arguments else 'a table'} with {', '.join(item.name for item in dataclasses.fields(table))}"


def _unknown_keys(
    data: object, expected: object, where: tuple[object, ...]
) -> Iterator[tuple[tuple[object, ...], object, tuple[str, ...]]]:
    """Keys that no field of the dataclass has, at any depth, with the keys that would be known there."""
    if isinstance(expected, type) and dataclasses.is_dataclass(expected):
        if not isinstance(data, dict):
            return
        hints = typing.get_type_hints(expected)
        known = tuple(item.name for item in dataclasses.fields(expected) if item.init)
        for name, value in data.items():
            if name in known:
                yield from _unknown_keys(value, hints[name], (*where, name))
            else:
                yield (*where, name), value, known
        return
    for value, inner, step in _parts(data, expected):
        yield from _unknown_keys(value, inner, (*where, *step))


def _parts(data: object, expected: object) -> Iterator[tuple[object, object, tuple[object, ...]]]:
    """The values inside a container beside the types that the annotation gives them."""
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is None or not arguments:
        return
    if origin in (typing.Union, types.UnionType):
        classes = [item for item in arguments if item is not type(None)]
        if len(classes) == 1:
            yield data, classes[0], ()
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield value, arguments[0], (position,)
    elif isinstance(data, dict) and len(arguments) == 2:
        for name, value in data.items():
            yield value, arguments[1], (name,)
