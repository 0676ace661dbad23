"""Listening at an address."""

import socket

import pytest

from bothsides.web.serving import run
from tests.web.conftest import Api


def test_an_address_that_is_taken_is_named(api: Api) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"in use: '127.0.0.1 port {port}'"):
            run(api.desk, "127.0.0.1", port, started=lambda _: None)
