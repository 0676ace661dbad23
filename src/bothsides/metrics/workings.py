"""What several questions to one store have in common, worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bothsides.warehouse import Engine

if TYPE_CHECKING:
    from bothsides.metrics.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workings:
    """Temporary tables by the query whose rows they hold; `kept` drops them."""

    engine: Engine
    kept: ExitStack
    names: dict[str, str] = field(default_factory=dict)

    def relation(self, query: str) -> str:
        """The name of the table with the query's rows, made when it is first asked for."""
        if query not in self.names:
            name = f"workings_{len(self.names)}"
            self.kept.enter_context(self.engine.keep(name, query))
            self.names[query] = name
        return self.names[query]


@contextmanager
def sharing(store: Store) -> Iterator[Store]:
    """The store for several questions that read much of the same, such as one metric cut in several ways."""
    if store.workings is not None:
        yield store
        return
    with ExitStack() as kept:
        yield replace(store, workings=Workings(engine=store.engine, kept=kept))
