"""What a mapping's texts may be: names of sources, names of files, styles of dates, constants."""

import re

import duckdb


def known_source(name: str) -> str:
    """The name of a source. Raises ValueError for one that could not stand in messages and file names."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,62}", name):
        raise ValueError("must be 1 to 63 letters A to Z, digits, blanks and _ . - and start with a letter or digit")
    return name


def plain_file_name(name: str) -> str:
    """The name of a file that lies beside the mapping. Raises ValueError for a path."""
    if name in ("", ".", "..") or re.search(r"[/\\\0]", name):
        raise ValueError("must be the plain name of a file beside the mapping, such as 'orders.sql'")
    return name


def unreadable_formats(formats: tuple[str, ...]) -> list[str]:
    """The date formats by which nothing can be read."""
    wrong = [one for one in formats if "%" not in one or "%z" in one or "%Z" in one]
    with duckdb.connect() as con:
        for one in formats:
            try:
                con.execute("SELECT try_strptime('', ?)", [one]).fetchall()
            except duckdb.Error:
                wrong.append(one)
    return wrong


def is_constant(value: object) -> bool:
    """Whether a TOML value can stand for a field's text."""
    return isinstance(value, str | int | float | bool)
