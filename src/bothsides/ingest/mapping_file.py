"""Reads mapping/<source>.toml, naming every mistake with file, key, value and what is allowed."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from bothsides.agreement import AgreementError, Problem
from bothsides.connectors.files import ReadHints
from bothsides.ingest.mapping import NULL_WORDS, ColumnMap, DateGrain, Mapping, Mode, TableMap
from bothsides.ingest.mapping_checks import is_constant, known_source, plain_file_name, unreadable_formats
from bothsides.schema import TABLES, Column, Kind, Table
from bothsides.workspace.settings import known_currency, known_zone

_T = TypeVar("_T")
_SIDES = ("buyer", "supplier", "any")
_ORPHANS = ("quarantine", "keep")


class MappingError(AgreementError):
    """Every problem of one or more mapping files."""


def load_mapping(path: Path) -> Mapping:
    """The mapping in that file. Raises MappingError with every problem found in it."""
    problems: list[Problem] = []
    mapping = _Reader(path, problems).mapping()
    if problems or mapping is None:
        raise MappingError(problems)
    return mapping


def load_mappings(folder: Path) -> tuple[Mapping, ...]:
    """Every mapping/*.toml by source name. Raises MappingError with the problems of all files at once."""
    problems: list[Problem] = []
    found: dict[str, Mapping] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            mapping = load_mapping(path)
        except MappingError as error:
            problems.extend(error.problems)
            continue
        other = found.get(mapping.source.casefold())
        if other is not None:
            allowed = f"taken by {other.path} as {other.source!r}; each source has one mapping and a name of its own"
            problems.append(_problem(path, "source", mapping.source, allowed))
        found[mapping.source.casefold()] = mapping
    if problems:
        raise MappingError(problems)
    return tuple(sorted(found.values(), key=lambda mapping: mapping.source))


def missing_fields(mapping: Mapping, present: Sequence[str], where: str) -> list[Problem]:
    """The fields that the mapping reads and the file does not have, with near names and the fields there are."""
    path = mapping.path or Path(f"{mapping.source}.toml")
    problems = []
    for item in mapping.tables:
        for name, key in _fields_by_key(item):
            if name not in present:
                near = difflib.get_close_matches(name, present, n=3, cutoff=0.5)
                meant = f"did you mean {' or '.join(repr(word) for word in near)}? " if near else ""
                shown = ", ".join(one[:60] for one in present[:40]) + (" ..." if len(present) > 40 else "")
                problems.append(_problem(path, key, name, f"{where} has no such field; {meant}it has: {shown}"))
    return problems


def _fields_by_key(item: TableMap) -> Iterable[tuple[str, str]]:
    for name in item.key:
        yield name, f"{item.name}.key"
    for name, _ in item.where:
        yield name, f"{item.name}.where"
    for column in item.columns:
        for name in column.fields:
            yield name, f"{item.name}.columns.{column.column}"


def _problem(path: Path, key: str, value: object, allowed: str) -> Problem:
    return Problem(file=str(path), key=key, value="" if value is None else repr(value), allowed=allowed)


class _Keys:
    """One TOML table read key by key; what nobody asked for is reported as unknown."""

    def __init__(self, path: Path, prefix: str, data: dict[str, Any], problems: list[Problem]) -> None:
        self._path, self._prefix, self._problems = path, prefix, problems
        self._data = data
        self._asked: list[str] = []

    @property
    def prefix(self) -> str:
        """Where the table stands in the file, with the dot behind it."""
        return self._prefix

    def get(self, key: str) -> object:
        self._asked.append(key)
        return self._data.get(key)

    def wrong(self, key: str, allowed: str) -> None:
        self._problems.append(_problem(self._path, self._prefix + key, self._data.get(key), allowed))

    def text(self, key: str, default: _T, check: Callable[[str], str] | None = None) -> str | _T:
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.wrong(key, "must be text in quotes")
            return default
        try:
            return check(value) if check else value
        except ValueError as error:
            self.wrong(key, str(error))
            return default

    def choice(self, key: str, allowed: Sequence[str], default: _T) -> str | _T:
        value = self.get(key)
        if value is None:
            return default
        if value not in allowed:
            self.wrong(key, f"must be one of {', '.join(allowed)}")
            return default
        return cast(str, value)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong(key, "must be a list of texts")
        return default

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "must be true or false")
        return value is True

    def inner(self, key: str) -> dict[str, Any]:
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, "must be a table of its own")
            return {}
        return value if isinstance(value, dict) else {}

    def below(self, key: str, data: dict[str, Any]) -> "_Keys":
        return _Keys(self._path, f"{self._prefix}{key}.", data, self._problems)

    def done(self) -> None:
        for key in self._data:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                self.wrong(key, f"unknown key; allowed: {', '.join(self._asked)}{meant}")


class _Reader:
    """Builds a Mapping from a file while collecting problems."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self._path, self._problems = path, problems

    def mapping(self) -> Mapping | None:
        try:
            data = tomllib.loads(self._path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            self._problems.append(_problem(self._path, "encoding", None, f"must be UTF-8, save it as such: {error}"))
            return None
        except tomllib.TOMLDecodeError as error:
            self._problems.append(_problem(self._path, "TOML", None, f"cannot be read: {error}"))
            return None
        except IsADirectoryError:
            self._problems.append(_problem(self._path, "TOML", None, "is a folder, not a mapping; rename or move it"))
            return None
        keys = _Keys(self._path, "", data, self._problems)
        source = keys.text("source", None, known_source)
        if source is None:
            source = self._path.stem
            if "source" not in data:
                self._check_stem(source)
        mapping = Mapping(
            source=source,
            id_space=keys.text("id_space", "") or source,
            files=keys.texts("files"),
            mode=Mode(keys.choice("mode", [mode.value for mode in Mode], "snapshot")),
            currency=keys.text("currency", None, known_currency),
            time_zone=keys.text("time_zone", None, known_zone),
            date_grain=DateGrain(keys.choice("date_grain", [grain.value for grain in DateGrain], "day")),
            date_formats=self._formats(keys, "date_formats"),
            null_words=tuple(dict.fromkeys(("", *keys.texts("null_words", NULL_WORDS)))),
            decimal=cast(Literal[".", ","], keys.choice("decimal", (".", ","), ".")),
            sample=keys.flag("sample"),
            allow_empty=keys.flag("allow_empty"),
            side=cast(Any, keys.choice("side", _SIDES, None)),
            reshape=keys.text("reshape", None, plain_file_name),
            read=self._hints(keys),
            inputs=self._inputs(keys),
            tables=self._tables(keys),
            path=self._path,
        )
        keys.done()
        self._check_whole(keys, mapping)
        return mapping

    def _check_stem(self, stem: str) -> None:
        try:
            known_source(stem)
        except ValueError as error:
            self._problems.append(_problem(self._path, "source", stem, f"taken from the file's name: {error}"))

    def _check_whole(self, keys: _Keys, mapping: Mapping) -> None:
        if mapping.reshape and not mapping.inputs:
            keys.wrong("inputs", "missing: with reshape, [inputs] names the files behind each view")
        if mapping.inputs and not mapping.reshape:
            keys.wrong("inputs", "only with reshape; otherwise the files are named in files = [...]")
        if not mapping.reshape and not mapping.files and keys.get("files") in (None, []):
            keys.wrong("files", 'missing: the files of the source, such as ["exports/orders*.csv"]')
        if any(not pattern.strip() for pattern in mapping.files):
            keys.wrong("files", "an empty text names no file; write paths such as 'exports/orders*.csv'")
        for name, patterns in mapping.inputs:
            if not patterns or any(not pattern.strip() for pattern in patterns):
                keys.wrong("inputs", f"{name}: names no file; write paths such as 'exports/orders*.csv'")
        if mapping.reshape and mapping.files:
            keys.wrong("files", "with reshape, the files are named in [inputs]")
        mains = [item for item in mapping.tables if not item.entities]
        if len(mains) != 1 and mapping.tables:
            names = ", ".join(item.name for item in mains) or "none"
            keys.wrong("table", f"exactly one [[table]] without entities accounts for the records; here: {names}")
        self._check_identities(keys, mapping)
        if mapping.mode is Mode.INCREMENTAL and any(not item.key for item in mains):
            keys.wrong("mode", "incremental needs a key, to know which record changed")

    def _check_identities(self, keys: _Keys, mapping: Mapping) -> None:
        seen: set[tuple[object, ...]] = set()
        for item in mapping.tables:
            side = item.column("side")
            identity = (item.name, item.key, item.id_space, (side.value, side.fields) if side else None)
            if identity in seen and item.key:
                other = "the same key feeds this table twice; give one of them an id_space of its own"
                keys.below(item.name, {"key": list(item.key)}).wrong("key", other)
            seen.add(identity)

    def _hints(self, keys: _Keys) -> ReadHints:
        data = keys.inner("read")
        inner = keys.below("read", data)
        header = data.get("header")
        inner.flag("header")
        hints = ReadHints(
            format=cast(Any, inner.choice("format", ("delimited", "jsonl", "sheet", "parquet"), None)),
            encoding=inner.text("encoding", None),
            delimiter=inner.text("delimiter", None),
            quote=inner.text("quote", None),
            header=header if isinstance(header, bool) else None,
            sheet=inner.text("sheet", None),
        )
        inner.done()
        return hints

    def _inputs(self, keys: _Keys) -> tuple[tuple[str, tuple[str, ...]], ...]:
        data = keys.inner("inputs")
        inner = keys.below("inputs", data)
        return tuple((name, inner.texts(name)) for name in data)

    def _formats(self, keys: _Keys, key: str) -> tuple[str, ...]:
        formats = keys.texts(key)
        wrong = unreadable_formats(formats) if formats else []
        if wrong:
            keys.wrong(key, "must be strptime formats such as '%d/%m/%Y' or '%m/%d/%Y %H:%M', without a zone")
        return formats if not wrong else ()

    def _tables(self, keys: _Keys) -> tuple[TableMap, ...]:
        value = keys.get("table")
        if not isinstance(value, list) or not value:
            keys.wrong("table", "missing: at least one [[table]] with name and [table.columns]")
            return ()
        found = []
        for position, data in enumerate(value):
            name = data.get("name") if isinstance(data, dict) else None
            label = name if isinstance(name, str) else f"table[{position}]"
            inner = keys.below(label, data if isinstance(data, dict) else {})
            if not isinstance(name, str) or name not in TABLES:
                inner.wrong("name", f"must be one of {', '.join(TABLES)}")
                continue
            found.append(self._table(inner, TABLES[name]))
        return tuple(found)

    def _table(self, keys: _Keys, target: Table) -> TableMap:
        keys.get("name")
        entities = keys.flag("entities")
        key = keys.texts("key")
        if entities and not key:
            keys.wrong("key", "entities need a key: the field(s) that name one of them")
        where = tuple((name, keys.below("where", keys.inner("where")).texts(name)) for name in keys.inner("where"))
        if where and not entities:
            keys.wrong("where", "only with entities = true: every record of the main table must be accounted for")
        columns = self._columns(keys, target)
        item = TableMap(
            name=target.name,
            key=key,
            entities=entities,
            where=where,
            columns=columns,
            side=cast(Any, keys.choice("side", _SIDES, None)),
            id_space=keys.text("id_space", None),
        )
        keys.done()
        for column in target.columns[1:]:
            needed = column.required and column.default is None and column.kind is not Kind.CURRENCY
            if needed and item.column(column.name) is None:
                keys.wrong(f"columns.{column.name}", f"missing: {target.name} needs {column.meaning}")
        return item

    def _columns(self, keys: _Keys, target: Table) -> tuple[ColumnMap, ...]:
        data = keys.inner("columns")
        inner = keys.below("columns", data)
        found = []
        for name in data:
            inner.get(name)
            if name == target.key:
                inner.wrong(name, f"the id is made from key = [...] above; leave {name} out")
                continue
            try:
                column = target.column(name)
            except KeyError:
                near = difflib.get_close_matches(name, target.column_names, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                inner.wrong(
                    name, f"{target.name} has no such column; it has: {', '.join(target.column_names[1:])}{meant}"
                )
                continue
            found.append(self._column(inner, column, data[name]))
        return tuple(found)

    def _column(self, keys: _Keys, column: Column, data: object) -> ColumnMap:
        if isinstance(data, str):
            return ColumnMap(column=column.name, fields=(data,))
        if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
            if column.kind is not Kind.ID and len(data) > 1:
                keys.wrong(column.name, "takes one field; only a reference takes a list of fields")
            return ColumnMap(column=column.name, fields=tuple(data))
        if not isinstance(data, dict):
            keys.wrong(column.name, "must be a field name, or { field = ... }, or { value = ... }")
            return ColumnMap(column=column.name, value="")
        inner = keys.below(column.name, data)
        fields, value = inner.texts("field"), inner.get("value")
        if (value is None) == (not fields):
            keys.wrong(column.name, "needs either field = ... or value = ...")
        words = inner.inner("map")
        for key, told in (("value", value), *((f"map.{word}", meaning) for word, meaning in words.items())):
            if told is not None and not is_constant(told):
                allowed = "must be text, a number, or true or false"
                self._problems.append(_problem(self._path, f"{keys.prefix}{column.name}.{key}", told, allowed))
                value, words = None, {}
        found = ColumnMap(
            column=column.name,
            fields=fields,
            value=None if value is None else _plain(value),
            words=tuple((word, _plain(meaning)) for word, meaning in words.items()),
            other=inner.text("other", None),
            shift=_shift(inner),
            formats=self._formats(inner, "format"),
            id_space=inner.text("id_space", None),
            side=cast(Any, inner.choice("side", _SIDES, None)),
            orphans=cast(Any, inner.choice("orphans", _ORPHANS, "quarantine")),
        )
        inner.done()
        self._check_choices(keys, column, found)
        if found.orphans == "keep" and (column.references is None or column.required):
            inner.wrong("orphans", "only for an optional reference")
        if len(fields) > 1 and column.kind is not Kind.ID:
            inner.wrong("field", "takes one field; only a reference takes a list of fields")
        return found

    def _check_choices(self, keys: _Keys, column: Column, found: ColumnMap) -> None:
        """Words that the mapping itself writes must be words that the column allows."""
        if column.kind is not Kind.CHOICE:
            return
        told = [found.value, found.other, *(meaning or None for _, meaning in found.words)]
        for word in dict.fromkeys(one for one in told if one is not None):
            if re.sub("[ -]", "_", word.lower()) not in column.allowed:
                keys.wrong(column.name, f"{word!r} is not one of {', '.join(column.allowed)}")


def _plain(value: object) -> str:
    """A constant as the text a file would hold."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shift(keys: _Keys) -> int:
    scale = keys.get("scale")
    if scale is None:
        return 0
    powers = {f"{10.0**power:g}" if power >= 0 else f"0.{'0' * (-power - 1)}1": power for power in range(-6, 7)}
    powers.update({str(10**power): power for power in range(7)})
    if str(scale) not in powers:
        keys.wrong("scale", "must be a power of ten as text, such as '0.01' for cents or '1000' for thousands")
        return 0
    return powers[str(scale)]
