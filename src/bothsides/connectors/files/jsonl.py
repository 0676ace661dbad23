"""JSON Lines: one object a line becomes one record; nested values stay JSON text, numbers keep their digits."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from bothsides.connectors.files.encoding import as_received
from bothsides.connectors.files.lines import HEAD_BYTES, Lines, physical_lines
from bothsides.connectors.files.spool import LINE_COLUMN, spool_row, write_spool
from bothsides.connectors.files.table import FileRefused, Layout, Reject, TextTable, free_name, unique_columns
from bothsides.connectors.files.tally import Tally, set_aside

_MOST_PLACES = 30
Blocks = Callable[[], Iterator[bytes]]


class _Digits(str):
    """A JSON number as it stands in the file."""

    __slots__ = ()


class _Refused(ValueError):  # noqa: N818 - internal signal, never leaves this file
    """A line that is no record; args are reason and detail."""


def read_jsonl(name: str, blocks: Blocks, layout: Layout, target: Path, *, decimal: str = ".") -> TextTable:
    """Read the lines twice: once for the names of all keys, in order of first sight, once for the values.

    Numbers that are a value of their own are written with the `decimal` sign, as texts beside them have it.
    """
    keys: dict[str, None] = {}
    first = Tally()
    for _, value in _objects(physical_lines(blocks()), name, layout.encoding, first):
        keys.update(dict.fromkeys(value))
    if not keys and first.rejects and not first.records:
        why = first.rejects[0]
        raise FileRefused(name, "no_header", f"no line can be read; line {why.line}: {why.detail}; export it again")
    if not keys:
        raise FileRefused(name, "no_header", "holds no JSON object with keys, so it has no columns; export it again")
    columns = unique_columns(keys)
    line_column = free_name(LINE_COLUMN, columns)
    tally = Tally()
    rows = _rows(_objects(physical_lines(blocks()), name, layout.encoding, tally), tuple(keys), decimal)
    write_spool(target, line_column, columns, rows)
    return tally.table(name, columns, target, layout, line_column)


def _rows(objects: Iterator[tuple[int, dict[str, object]]], keys: tuple[str, ...], decimal: str) -> Iterator[bytes]:
    for line, value in objects:
        yield spool_row(line, (_text(value.get(key), decimal) for key in keys))


def _objects(
    batches: Iterator[Lines], name: str, encoding: str, tally: Tally
) -> Iterator[tuple[int, dict[str, object]]]:
    """Line number and object of each accepted line; the tally fills on the way."""
    for batch in batches:
        for at, line in enumerate(batch.lines):
            number = batch.first + at
            if not batch.overlong and not line.strip(b" \t"):
                tally.physical += 1
                tally.blank += 1
                continue
            try:
                value = _object(line, batch.overlong)
            except _Refused as refused:
                reason, detail = refused.args
                if batch.cut and at == len(batch.lines) - 1 and reason == "invalid_json":
                    reason, detail = "truncated", "the file ends inside this line, without a line end"
                raw = as_received(line[:HEAD_BYTES], encoding)[:HEAD_BYTES]
                set_aside(tally, name, Reject(line=number, lines=1, raw=raw, reason=reason, detail=detail))
                continue
            tally.accept(1, sum(map(len, value)) + len(line))
            yield number, value


def _object(line: bytes, overlong: int) -> dict[str, object]:
    if overlong:
        raise _Refused("line_too_long", f"a line of {overlong:,} bytes; at most 1 MiB is read as a record")
    if b"\0" in line:
        raise _Refused("nul_byte", "a zero byte inside the record")
    try:
        value = json.loads(
            line.decode("utf-8"),
            parse_float=_Digits,
            parse_int=_Digits,
            parse_constant=_no_constant,
            object_pairs_hook=_object_of,
        )
        _text(value).encode("utf-8")
    except UnicodeDecodeError as error:
        raise _Refused("invalid_encoding", "bytes that are not in the encoding of the file") from error
    except UnicodeEncodeError as error:
        raise _Refused("invalid_encoding", "half of a surrogate pair, which is no character") from error
    except RecursionError as error:
        raise _Refused("invalid_json", "JSON nested too deeply") from error
    except json.JSONDecodeError as error:
        raise _Refused("invalid_json", f"not JSON: {error.msg} at character {error.pos + 1}") from error
    if not isinstance(value, dict):
        raise _Refused("not_an_object", f"JSON, but {_kind(value)} instead of an object with keys")
    if any(isinstance(text, str) and "\0" in text for pair in value.items() for text in pair):
        raise _Refused("nul_byte", "a zero character inside a value")
    return value


def _object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise _Refused("duplicate_key", f"the key {twice!r} stands twice in one object")
    return value


def _no_constant(word: str) -> NoReturn:
    raise _Refused("invalid_json", f"{word} is not JSON")


def _kind(value: object) -> str:
    return {list: "a list", str: "a text", _Digits: "a number", bool: "true or false"}.get(type(value), "null")


def _text(value: object, decimal: str = ".") -> str:
    """A JSON value as text: strings as they are, null as empty, the rest as JSON with its digits kept.

    >>> _text({"a": [1, None, "x"]}), _text(_Digits("1.234"), ","), _text("1.234", ",")
    ('{"a":[1,null,"x"]}', '1,234', '1.234')
    """
    if value is None:
        return ""
    if isinstance(value, _Digits) and decimal != ".":
        return _written_out(value).replace(".", decimal)
    return value if isinstance(value, str) else _nested(value)


def _written_out(digits: str) -> str:
    """A number without a power of ten, which nobody writes with a comma; one beyond any amount as it is.

    >>> _written_out("2.5e-3"), _written_out("1e400")
    ('0.0025', '1e400')
    """
    if not digits.isascii() or not {"e", "E"} & set(digits):
        return digits
    number = Decimal(digits)
    return format(number, "f") if abs(number.adjusted()) <= _MOST_PLACES else digits


def _nested(value: object) -> str:
    if isinstance(value, _Digits):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(_nested(item) for item in value) + "]"
    if isinstance(value, dict):
        items = (f"{json.dumps(key, ensure_ascii=False)}:{_nested(item)}" for key, item in value.items())
        return "{" + ",".join(items) + "}"
    return json.dumps(value, ensure_ascii=False)
