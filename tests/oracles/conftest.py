"""Peers that our own estimators must agree with; they live in a folder of their own, beside the product's libraries.

BOTHSIDES_ORACLES names the folder (`make oracles` makes one). A test asks for a peer with `oracle("statsmodels.api")`.
"""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

_FOLDER = os.environ.get("BOTHSIDES_ORACLES")
if _FOLDER:
    sys.path.append(str(Path(_FOLDER).resolve()))


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], ModuleType]:
    """Import a peer's module. A missing one fails in CI and where the folder is named, and skips elsewhere."""

    def imported(name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if _FOLDER or os.environ.get("CI") == "true":
                pytest.fail(f"{name} must be among the oracles in {_FOLDER}: {error}")
            pytest.skip(f"{name} is not here; `make oracles` brings it")

    return imported
