"""A mapping to fill in by hand for a file that fits no table: its fields, and what the nearest table needs."""

from collections.abc import Sequence

from bothsides.ingest.draft.names import slug
from bothsides.ingest.draft.profile import FileProfile
from bothsides.ingest.draft.records import Nearest, SkippedFile
from bothsides.ingest.draft.toml_text import comment, listed, quoted
from bothsides.ingest.draft.wording import nature
from bothsides.schema import TABLES, table


def nearest(profile: FileProfile, likeliest: str) -> Nearest:
    """The fields of a file in words, and the table that its names and values are nearest to."""
    fields = tuple(
        (field.name, f"{nature(field)}, {field.figures_in_words}", field.examples) for field in profile.columns
    )
    return Nearest(table=likeliest, files=profile.files, rows=profile.rows, fields=fields)


def skeleton_text(skipped: SkippedFile, source: str, files: Sequence[str]) -> str:
    """The text of `mapping/<source>.toml.todo`: every line that a person must decide is a TODO in a comment.

    Raises ValueError for a file whose nearest table is not known.
    """
    near = skipped.nearest
    if near is None:
        raise ValueError(f"{skipped.file!r} has no nearest table to write a skeleton for")
    target = table(near.table)
    lines = [
        *comment(f"{skipped.file} ({near.rows:,} rows) is NOT LOADED: {skipped.why}."),
        *comment(
            "If it belongs to the market: choose the table (the nearest is filled in below; "
            f"others are {', '.join(name for name in TABLES if name != near.table)}), write a field of the file for "
            "every TODO, remove the '#' before it, and rename this file so that it ends in .toml. Else delete it."
        ),
        "",
        "# The fields of the file:",
    ]
    for name, held, examples in near.fields:
        shown = ", ".join(repr(example) for example in examples)
        lines += comment(f"{quoted(name)}: {held}" + (f", such as {shown}" if shown else ""), indent="  ")
    lines += ["", f"source = {quoted(slug(source))}", f"files = {listed(files)}", 'mode = "snapshot"', "", "[[table]]"]
    lines.append(f"name = {quoted(near.table)} # {target.grain}")
    lines += comment(f"TODO key: the field(s) that name one row ({target.columns[0].name}); [] if none does")
    lines += ["key = []", "", "[table.columns]"]
    for column in target.columns[1:]:
        if column.required and column.default is None:
            lines += [
                *comment(f"TODO {column.name} (required): {column.meaning}", indent="  "),
                f'# {column.name} = ""',
            ]
    optional = [column.name for column in target.columns[1:] if not column.required or column.default is not None]
    lines += comment(f"Not required: {', '.join(optional)}")
    return "\n".join(lines) + "\n"
