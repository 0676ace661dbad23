"""Whole-number columns of a query as arrays, on any engine."""

import numpy as np

from bothsides.predict.measures import Ints
from bothsides.warehouse import Engine
from bothsides.warehouse.engine import Parameters


def int_columns(engine: Engine, statement: str, names: tuple[str, ...], parameters: Parameters) -> dict[str, Ints]:
    """The named columns of the query, one array each; whole numbers, none of them empty."""
    if engine.capabilities.columns:
        batches = list(engine.columns(statement, parameters))
        parts = {name: [np.asarray(batch[name], dtype=np.int64) for batch in batches] for name in names}
        return {name: np.concatenate(part) if part else np.empty(0, np.int64) for name, part in parts.items()}
    rows = np.array(engine.rows(statement, parameters), dtype=np.int64).reshape(-1, len(names))
    return {name: rows[:, place] for place, name in enumerate(names)}
