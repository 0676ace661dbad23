"""One quarter, drawn once for the tests of the simulated desk."""

import pytest

from bothsides.simulate.desk import Quarter, quarter


@pytest.fixture(scope="session")
def spring() -> Quarter:
    return quarter(7)
