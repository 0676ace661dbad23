"""The little of SQL that differs between the two databases of the logbook."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeAlias

Dialect: TypeAlias = Literal["sqlite", "postgresql"]


class Cursor(Protocol):
    """A cursor of either driver, as far as it is used here."""

    def execute(self, statement: str, parameters: Sequence[Any] = ..., /) -> object:
        """Run one statement."""
        ...

    def executemany(self, statement: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for many rows."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the last statement."""
        ...

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        ...


@lru_cache(maxsize=256)
def spelled(statement: str, dialect: Dialect) -> str:
    """The statement with its parameters as the driver wants them; it is written with `?`.

    `{any}` stands for "is one of the values of this list parameter". A literal question or percent sign must not occur.

    >>> spelled("SELECT 1 FROM leads WHERE side = ? AND lead_id {any}", "postgresql")
    'SELECT 1 FROM leads WHERE side = %s AND lead_id = ANY(%s)'
    """
    if dialect == "sqlite":
        return statement.replace("{any}", "IN (SELECT value FROM json_each(?))").replace("{locked}", "")
    return statement.replace("?", "%s").replace("{any}", "= ANY(%s)").replace("{locked}", "FOR UPDATE SKIP LOCKED")
