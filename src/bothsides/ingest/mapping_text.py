"""Writes a mapping as the TOML text that a person corrects; reading it back gives the same mapping."""

import json
from collections.abc import Mapping as Comments

from bothsides.ingest.mapping import NULL_WORDS, ColumnMap, DateGrain, Mapping, Mode, TableMap

_MODES = {
    Mode.SNAPSHOT: "the files hold everything; what is absent was deleted",
    Mode.INCREMENTAL: "the files hold what changed; nothing is deleted",
    Mode.APPEND: "the files hold what came since; nothing is deleted",
}


def dump_mapping(mapping: Mapping, *, comments: Comments[str, str] | None = None) -> str:
    """The text of mapping/<source>.toml.

    `comments` are sentences for keys such as "files", "orders" or "orders.amount"; each stands above its key.
    """
    told = dict(comments or {})
    lines: list[str] = []

    def put(key: str, value: str, note: str = "") -> None:
        lines.extend(f"# {line}" for line in told.get(key, "").splitlines())
        lines.append(f"{key} = {value}" + (f"  # {note}" if note else ""))

    put("source", _text(mapping.source))
    put("id_space", _text(mapping.id_space), "sources that share keys share an id space")
    if mapping.files:
        put("files", _texts(mapping.files))
    put("mode", _text(mapping.mode.value), _MODES[mapping.mode])
    if mapping.currency:
        put("currency", _text(mapping.currency), "where a row has no currency of its own")
    if mapping.time_zone:
        put("time_zone", _text(mapping.time_zone), "of times that name no zone")
    if mapping.date_grain is DateGrain.MONTH:
        put("date_grain", _text("month"), "a date stands for its whole month")
    if mapping.date_formats:
        put("date_formats", _texts(mapping.date_formats))
    if set(mapping.null_words) != set(NULL_WORDS):
        put("null_words", _texts(mapping.null_words), "words that mean that nothing is known")
    if mapping.decimal != ".":
        put("decimal", _text(mapping.decimal))
    if mapping.sample:
        put("sample", "true", "orders.sample_weight says how many orders a row stands for")
    if mapping.allow_empty:
        put("allow_empty", "true", "files without records mean that everything was deleted")
    if mapping.side:
        put("side", _text(mapping.side))
    if mapping.reshape:
        put("reshape", _text(mapping.reshape))
    lines += _read_lines(mapping) + _input_lines(mapping)
    for item in mapping.tables:
        lines += _table_lines(item, told)
    return "\n".join(lines) + "\n"


def _read_lines(mapping: Mapping) -> list[str]:
    hints = mapping.read
    named = {
        "format": hints.format,
        "encoding": hints.encoding,
        "delimiter": hints.delimiter,
        "quote": hints.quote,
        "sheet": hints.sheet,
    }
    lines = [f"{key} = {_text(value)}" for key, value in named.items() if value is not None]
    if hints.header is not None:
        lines.append(f"header = {str(hints.header).lower()}")
    return ["", "[read]", *lines] if lines else []


def _input_lines(mapping: Mapping) -> list[str]:
    lines = [f"{_key(name)} = {_texts(files)}" for name, files in mapping.inputs]
    return ["", "[inputs]", *lines] if lines else []


def _table_lines(item: TableMap, told: dict[str, str]) -> list[str]:
    lines = ["", *(f"# {line}" for line in told.get(item.name, "").splitlines()), "[[table]]"]
    lines.append(f"name = {_text(item.name)}  # {item.table.grain}")
    if item.entities:
        lines.append("entities = true  # found inside the records, one per key")
    if item.id_space:
        lines.append(f"id_space = {_text(item.id_space)}")
    if item.side:
        lines.append(f"side = {_text(item.side)}")
    if item.where:
        kept = ", ".join(f"{_key(name)} = {_words(words)}" for name, words in item.where)
        lines.append(f"where = {{ {kept} }}")
    lines.append(f"key = {_texts(item.key)}")
    lines += ["", "[table.columns]"]
    for column in item.columns:
        lines += [f"# {line}" for line in told.get(f"{item.name}.{column.column}", "").splitlines()]
        lines.append(f"{column.column} = {_column(column)}")
    return lines


def _column(column: ColumnMap) -> str:
    parts = []
    if column.value is not None:
        parts.append(f"value = {_text(column.value)}")
    if column.fields:
        parts.append(f"field = {_words(column.fields)}")
    if column.words:
        parts.append("map = { " + ", ".join(f"{_text(word)} = {_text(mean)}" for word, mean in column.words) + " }")
    if column.other is not None:
        parts.append(f"other = {_text(column.other)}")
    if column.shift:
        parts.append(f"scale = {_text(_scale(column.shift))}")
    if column.formats:
        parts.append(f"format = {_words(column.formats)}")
    if column.id_space:
        parts.append(f"id_space = {_text(column.id_space)}")
    if column.side:
        parts.append(f"side = {_text(column.side)}")
    if column.orphans != "quarantine":
        parts.append(f"orphans = {_text(column.orphans)}")
    if len(parts) == 1 and column.fields:
        return _words(column.fields)
    return "{ " + ", ".join(parts) + " }"


def _scale(shift: int) -> str:
    return "1" + "0" * shift if shift > 0 else "0." + "0" * (-shift - 1) + "1"


def _key(name: str) -> str:
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isascii() and bare.isalnum() else _text(name)


def _words(texts: tuple[str, ...]) -> str:
    return _text(texts[0]) if len(texts) == 1 else _texts(texts)


def _texts(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_text(text) for text in texts) + "]"


def _text(text: str) -> str:
    # JSON's escapes are a subset of TOML's basic strings, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
