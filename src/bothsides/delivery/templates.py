"""Plain text letters by name: `{field}` is replaced once, nothing is computed, an unknown field is an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LETTERS = Path(__file__).parent / "letters"
"""The house's own letters, used where a workspace has none of that name."""

_PLACE = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|[{}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


class TemplateError(ValueError):
    """A letter that cannot be written: names the template, the line and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A subject and a text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A letter with places to fill in; its file begins with `Subject: ...` and an empty line."""

    name: str
    subject: str
    body: str

    @property
    def fields(self) -> frozenset[str]:
        """The fields it asks for."""
        return frozenset(name for name in _PLACE.findall(self.subject + "\n" + self.body) if name)

    def fill(self, fields: Mapping[str, object]) -> Letter:
        """The letter. Raises TemplateError naming every field that is missing or empty.

        >>> Template(name="hi", subject="Lead {company}", body="Call {name}.").fill({"company": "A{b}", "name": "Bo"})
        Letter(subject='Lead A{b}', text='Call Bo.')
        """
        if missing := sorted(name for name in self.fields if _shown(fields.get(name)) == ""):
            known = ", ".join(sorted(name for name in fields if _shown(fields[name]) != "")) or "none"
            raise TemplateError(f"template {self.name!r}: unknown field {', '.join(missing)}; known here: {known}")
        subject = _filled(self.subject, fields)
        return Letter(subject=one_line(subject), text=_CONTROL.sub("", _filled(self.body, fields)))


def read_template(name: str, folder: Path) -> Template:
    """The workspace's `NAME.txt`, else the house's. Raises TemplateError for none, and for one that is no letter."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise TemplateError(f"template {name!r}: a name has lower-case letters, digits and underscores")
    path = next((path for path in (folder / f"{name}.txt", LETTERS / f"{name}.txt") if path.is_file()), None)
    if path is None:
        raise TemplateError(
            f"template {name!r}: there is no {folder / name}.txt; the house has {', '.join(house_letters())}"
        )
    try:
        return parse_template(name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise TemplateError(f"template {name!r}: {path} must be UTF-8") from None
    except OSError as error:
        raise TemplateError(f"template {name!r}: {path} cannot be read: {error.strerror}") from None


def parse_template(name: str, written: str) -> Template:
    """The template as it is written. Raises TemplateError with the line of a mistake."""
    first, _, rest = written.partition("\n")
    title, colon, subject = first.partition(":")
    if title.strip().lower() != "subject" or not colon or not subject.strip():
        raise TemplateError(f"template {name!r}, line 1: must be 'Subject: ...'")
    if rest.split("\n", 1)[0].strip():
        raise TemplateError(f"template {name!r}, line 2: must be empty, the letter begins after it")
    for number, line in enumerate(written.splitlines(), 1):
        if any(place.group() in ("{", "}") for place in _PLACE.finditer(line)):
            raise TemplateError(f"template {name!r}, line {number}: a place is '{{field}}'; a brace is written twice")
    return Template(name=name, subject=subject.strip(), body=rest.partition("\n")[2])


def one_line(text: str) -> str:
    """The text fit for a header: no line breaks and no control characters, so that no header can be slipped in.

    >>> one_line("Hello" + chr(13) + chr(10) + "Bcc: x@y.z")
    'Hello Bcc: x@y.z'
    """
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def _filled(text: str, fields: Mapping[str, object]) -> str:
    def place(found: re.Match[str]) -> str:
        return _shown(fields[found.group(1)]) if found.group(1) else found.group()[0]

    return _PLACE.sub(place, text)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | str):
        return str(value).strip()
    return ""


def house_letters() -> list[str]:
    """The names of the house's own letters: the actions of which the desk tells people."""
    return sorted(path.stem for path in LETTERS.glob("*.txt"))
