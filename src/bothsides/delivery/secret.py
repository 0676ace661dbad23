"""Secrets by reference: the agreement names where a secret is, and nothing ever prints what it is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*")


class SecretMissing(LookupError):  # noqa: N818 - reads as the fact
    """A reference leads to nothing; the message names the reference, never a value."""


class Secret:
    """A value that shows only its reference, and cannot be pickled.

    >>> Secret("env:HOOK", "hunter2")
    Secret(env:HOOK)
    """

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str) -> None:
        self.reference = reference
        self._value = value

    def reveal(self) -> str:
        """The value; call it only where it is used."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} must not be stored; store its reference")


def known_reference(text: str) -> str:
    """A reference to a secret, 'env:NAME' or 'file:path', never the secret itself."""
    if not is_reference(text):
        raise ValueError("must be a reference to a secret, 'env:NAME' or 'file:path', never the secret itself")
    return text


def known_references(texts: tuple[str, ...]) -> tuple[str, ...]:
    """References to secrets, each 'env:NAME' or 'file:path', never the secrets themselves."""
    for text in texts:
        known_reference(text)
    return texts


def is_reference(text: str) -> bool:
    """Whether the text names a place for a secret.

    >>> is_reference("env:SMTP_PASSWORD"), is_reference("hunter2")
    (True, False)
    """
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Finds secrets: in the environment, or in files, relative ones below the workspace's folder."""

    folder: Path
    environment: Mapping[str, str] | None = None
    """None: the process's own, read when asked."""

    def find(self, reference: str) -> Secret:
        """The secret. Raises SecretMissing for none or an empty one, ValueError for what is no reference."""
        where, _, name = known_reference(reference).partition(":")
        if where == "env":
            value = (os.environ if self.environment is None else self.environment).get(name, "")
            if not value:
                raise SecretMissing(f"{reference}: this environment variable is not set or empty")
            return Secret(reference, value)
        try:
            value = (self.folder / name).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise SecretMissing(f"{reference}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SecretMissing(f"{reference}: is not text in UTF-8") from None
        if not value:
            raise SecretMissing(f"{reference}: this file is empty")
        return Secret(reference, value)
