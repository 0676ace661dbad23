"""Writes a draft as a workspace: bothsides.toml and mapping/<source>.toml, commented for the person to correct."""

import fnmatch
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

from bothsides.ingest.draft.names import slug
from bothsides.ingest.draft.records import ColumnDraft, Draft, MissingColumn, SourceDraft, Sure, TableDraft
from bothsides.ingest.draft.skeleton import skeleton_text
from bothsides.ingest.draft.toml_text import comment, inline, listed, quoted
from bothsides.schema import table

UNFINISHED = ".toml.todo"
"""Ending of a mapping that lacks a required column: no sync reads it until it is answered and renamed to .toml."""
_MANY = 8
_DEFAULT_NULLS = ("", "null", "NULL", "n/a", "N/A", "NaN", "None")


def write_draft(draft: Draft, workspace_dir: Path) -> tuple[Path, ...]:
    """Write bothsides.toml, mapping/<source>.toml and reshape .sql files; returns their paths.

    Raises FileExistsError naming every file that is there already, before anything is written.
    """
    texts = draft_texts(draft, workspace_dir)
    here = [str(path) for path in texts if path.exists()]
    if here:
        raise FileExistsError(f"nothing was written, because these exist already: {', '.join(here)}")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def draft_texts(draft: Draft, workspace_dir: Path) -> dict[Path, str]:
    """The files a draft consists of and their text."""
    folder = workspace_dir / "mapping"
    texts = {
        workspace_dir / "bothsides.toml": settings_text(draft, draft.name or slug(workspace_dir.resolve().name)[:63])
    }
    others = [file for source in draft.sources for file in _all_files(source)]
    for source in draft.sources:
        ending = ".toml" if source.complete else UNFINISHED
        texts[folder / f"{source.source}{ending}"] = mapping_text(source, workspace_dir, others)
        if source.reshape is not None:
            texts[folder / source.reshape.name] = source.reshape.sql
    for skipped in draft.skipped:
        if skipped.nearest is not None:
            name = _free_name(folder, slug(Path(skipped.file).name.split(".")[0]), texts)
            texts[folder / f"{name}{UNFINISHED}"] = skeleton_text(
                skipped, name, mapped_files(skipped.nearest.files, workspace_dir, others)
            )
    return texts


def _free_name(folder: Path, name: str, taken: Iterable[Path]) -> str:
    used = set(taken)
    names = itertools.chain([name], (f"{name}-{count}" for count in itertools.count(2)))
    return next(one for one in names if not {folder / f"{one}.toml", folder / f"{one}{UNFINISHED}"} & used)


def settings_text(draft: Draft, name: str) -> str:
    """The text of bothsides.toml; a currency nobody named is a TODO that a sync refuses."""
    lines = [f"name = {quoted(name)} # identifies the workspace and is part of every id: keep it"]
    if draft.currency is not None:
        lines += [*comment(draft.currency_reason or "the reporting currency"), f"currency = {quoted(draft.currency)}"]
    else:
        lines += comment(
            'TODO currency: no file says in which currency its amounts are. Write `currency = "EUR"` in bothsides.toml '
            "(or GBP, USD ...: the ISO 4217 code), by removing the '#' below; until then a sync is refused."
        )
        lines.append('# currency = "EUR"')
    lines.append(f"time_zone = {quoted(draft.time_zone)} # zone of business dates, such as Europe/London")
    lines.append(f"fiscal_year_start = {draft.fiscal_year_start} # first month of the fiscal year")
    for note in draft.notes:
        lines += ["", *comment(note)]
    if draft.skipped:
        lines += ["", "# Files that were given and are not loaded:"]
    for skipped in draft.skipped:
        lines += comment(f"{skipped.file}: {skipped.why}", indent="  ")
    return "\n".join(lines) + "\n"


def mapping_text(source: SourceDraft, workspace_dir: Path, others: Sequence[str] = ()) -> str:
    """The text of mapping/<source>.toml with a comment on every column: how sure, why, and examples."""
    lines = [*_heading(source), "", *_options(source, workspace_dir, others)]
    for position, drafted in enumerate(source.tables):
        missing = source.missing if position == 0 else ()
        lines += ["", *_table(drafted, missing)]
    if source.unmapped:
        lines += ["", "# Fields that feed nothing, and why:"]
    for field in source.unmapped:
        lines += comment(f"{field.field}: {field.why}", indent="  ")
    return "\n".join(lines) + "\n"


def _heading(source: SourceDraft) -> list[str]:
    files = ", ".join(Path(file).name for file in _all_files(source)[:3])
    more = f" and {len(_all_files(source)) - 3} more" if len(_all_files(source)) > 3 else ""
    rows = f" ({source.rows:,} rows)" if source.rows else ""
    lines = comment(f"Drafted from {files}{more}{rows}." + (f" Recognised: {source.layout}." if source.layout else ""))
    if not source.complete:
        lines += comment("NOT LOADED YET: answer the TODO lines below, then rename this file so that it ends in .toml.")
    how = "To correct a column, write another field of the file between the quotes; to drop it, put # before it."
    if source.layout is None:
        how = (
            "Before each column stands how sure the draft is: sure (name and values agree), likely (look once), guess "
            f"(check it against the file). {how}"
        )
    lines += comment(how)
    for note in source.notes:
        lines += comment(f"Note: {note}", indent="  ")
    for question in source.questions:
        lines += comment(f"QUESTION {question.table}.{question.column}: {question.text}", indent="  ")
    return lines


def _options(source: SourceDraft, workspace_dir: Path, others: Sequence[str]) -> list[str]:
    lines = [f"source = {quoted(source.source)}"]
    if source.id_space not in (None, source.source):
        lines.append(f"id_space = {quoted(source.id_space or '')} # sources that share keys share an id space")
    if source.reshape is None:
        lines.append(f"files = {listed(mapped_files(source.files, workspace_dir, others))}")
    lines.append(
        f"mode = {quoted(source.mode)} # snapshot: the file holds everything; incremental: changes; append: new rows"
    )
    if source.currency is not None:
        lines.append(f"currency = {quoted(source.currency)} # where a row has no currency of its own")
    if source.time_zone is not None:
        lines.append(f"time_zone = {quoted(source.time_zone)} # of times without a zone")
    if source.date_grain != "day":
        lines.append(
            f"date_grain = {quoted(source.date_grain)} # dates are the first of their month and stand for all of it"
        )
    if source.decimal != ".":
        lines.append(f"decimal = {quoted(source.decimal)}")
    if source.sample:
        lines.append("sample = true # orders.sample_weight says how many orders each row stands for")
    lines += _null_words(source)
    if source.reshape is not None:
        lines.append(f"reshape = {quoted(source.reshape.name)}")
    for title, pairs in (("read", source.read),):
        if pairs:
            lines += ["", f"[{title}]", *(f"{key} = {quoted(value)}" for key, value in pairs)]
    if source.reshape is not None:
        lines += ["", "[inputs]"]
        lines += [
            f"{view} = {listed(mapped_files(files, workspace_dir, others))}" for view, files in source.reshape.inputs
        ]
    return lines


def _null_words(source: SourceDraft) -> list[str]:
    lines = []
    if source.null_words:
        lines.append(f"null_words = {listed(dict.fromkeys((*_DEFAULT_NULLS, *source.null_words)))}")
    hints = [hint for hint in source.null_word_hints if hint[1] not in source.null_words]
    if hints:
        said = ", ".join(f"'{field}' holds {word!r} {count:,} times" for field, word, count in hints)
        words = dict.fromkeys((*_DEFAULT_NULLS, *source.null_words, *(word for _, word, _ in hints)))
        lines += comment(f"{said}. If that means 'nothing is known', remove the '#' from the next line:")
        lines.append(f"# null_words = {listed(words)}")
    return lines


def _table(drafted: TableDraft, missing: Sequence[MissingColumn]) -> list[str]:
    target = table(drafted.name)
    lines = comment(drafted.note) if drafted.note else []
    lines += ["[[table]]", f"name = {quoted(drafted.name)} # {target.grain}"]
    if drafted.entities:
        lines.append("entities = true # found inside the records, one per key")
    if drafted.id_space is not None:
        lines.append(f"id_space = {quoted(drafted.id_space)}")
    if drafted.where:
        pairs = ", ".join(
            f"{quoted(field)} = {listed(words) if len(words) > 1 else quoted(words[0])}"
            for field, words in drafted.where
        )
        lines.append(f"where = {{ {pairs} }}")
    if drafted.key_reason:
        lines += _commented(drafted.key_sure, drafted.key_reason, drafted.key_examples, indent="")
    lines.append(f"key = {listed(drafted.key)}" + ("" if drafted.key else " # no field names a row: known by content"))
    lines += ["", "[table.columns]"]
    for column in drafted.columns:
        lines += [*_why(column), f"{column.column} = {_value(column)}"]
    for gap in missing:
        if gap.table == drafted.name:
            lines += comment(f"TODO {gap.column} (required): {gap.advice}", indent="  ")
            lines.append(f'# {gap.column} = ""')
    return lines


def _why(column: ColumnDraft) -> list[str]:
    """How sure, why and examples; nothing where a known layout has nothing to add."""
    return _commented(column.sure, column.reason, column.examples, indent="  ")


def _commented(sure: Sure, reason: str, examples: Sequence[str], *, indent: str) -> list[str]:
    shown = ", ".join(repr(example) for example in examples)
    reasons = [said for said in (reason, f"such as {shown}" if shown else "") if said]
    return comment(f"{sure}: {'; '.join(reasons)}", indent=indent) if reasons else []


def _value(column: ColumnDraft) -> str:
    options = []
    if column.words:
        options.append(f"map = {inline(column.words)}")
    if column.other is not None:
        options.append(f"other = {quoted(column.other)}")
    if column.formats:
        options.append(f"format = {quoted(column.formats[0]) if len(column.formats) == 1 else listed(column.formats)}")
    named = (("scale", column.scale), ("id_space", column.id_space), ("side", column.side), ("orphans", column.orphans))
    options += [f"{key} = {quoted(value)}" for key, value in named if value is not None]
    if column.value is not None:
        return "{ " + ", ".join([f"value = {quoted(column.value)}", *options]) + " }"
    field = quoted(column.fields[0]) if len(column.fields) == 1 else listed(column.fields)
    return "{ " + ", ".join([f"field = {field}", *options]) + " }" if options else field


def _all_files(source: SourceDraft) -> tuple[str, ...]:
    if source.reshape is None:
        return source.files
    return tuple(file for _, files in source.reshape.inputs for file in files)


def mapped_files(files: Sequence[str], workspace_dir: Path, others: Sequence[str] = ()) -> tuple[str, ...]:
    """Paths as the mapping names them: relative in or beside the workspace, one pattern instead of a long list."""
    if len(files) > _MANY:
        pattern = f"{_common(files)}*{_common([file[::-1] for file in files])[::-1]}"
        if "/" not in pattern.rsplit("*", 1)[1] and not any(
            fnmatch.fnmatchcase(other, pattern) for other in others if other not in files
        ):
            files = (pattern,)
    return tuple(_relative(file, workspace_dir.resolve()) for file in files)


def _common(texts: Sequence[str]) -> str:
    """The letters that all texts start with."""
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(mine for mine, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _relative(file: str, folder: Path) -> str:
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    beside = folder.parent
    if path.is_absolute() and len(beside.parts) > 1 and path.is_relative_to(beside):
        return f"../{path.relative_to(beside).as_posix()}"
    return path.as_posix()
