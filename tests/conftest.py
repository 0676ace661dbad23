"""Fixtures shared by every room."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before numpy is imported

_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets: BOTHSIDES_DATA, else ../shared/data. Missing fails in CI, skips elsewhere."""
    folder = Path(os.environ.get("BOTHSIDES_DATA") or _ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the public data sets: {folder} is not a folder")
        pytest.skip(f"the public data sets are not here ({folder}); set BOTHSIDES_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A database to write into: BOTHSIDES_PG_URL, else the local one called test. None fails in CI, skips elsewhere."""
    url = os.environ.get("BOTHSIDES_PG_URL") or "postgresql://127.0.0.1/test"
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have PostgreSQL: {error}")
        pytest.skip(f"no PostgreSQL here ({error}); set BOTHSIDES_PG_URL to a database")
    return url
