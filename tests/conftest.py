"""Fixtures shared by every room."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.schema import DropSchema

from bothsides.logbook import Logbook
from bothsides.logbook.upgrading import upgrade

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before numpy is imported

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a loaded machine is no defect: speed is measured in benchmarks

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


@pytest.fixture(params=["sqlite", "postgresql"])
def logbook(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Logbook]:
    """An empty logbook, in each of the two databases."""
    if request.param == "sqlite":
        book = Logbook.open(tmp_path / "logbook.sqlite")
        upgrade(book)
        yield book
        book.close()
        return
    url = request.getfixturevalue("postgres_url")
    schema = f"logbook_{uuid.uuid4().hex[:16]}"
    book = Logbook.open(url, schema=schema)
    upgrade(book, schema=schema)
    yield book
    with book.engine.connect() as con, con.begin():
        con.execute(DropSchema(schema, cascade=True))
    book.close()
