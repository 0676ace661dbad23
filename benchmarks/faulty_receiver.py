"""A webhook receiver that misbehaves on request and counts effects by key, as an idempotent receiver would.

Faults: ok, 429 (Retry-After: 2), 429_date (an HTTP date), 503, 500, 500_after (works, then answers 500), hang (works,
then silence), truncated (half of an answer's head), short_body (fewer bytes than promised), reset (before the work),
reset_after (works, then resets), drip (an answer's head, byte by byte), drip_body, bad_json, redirect, gone (410),
refuse (422).
By hand: python benchmarks/faulty_receiver.py --faults ok,500,reset_after
"""

import argparse
import collections
import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Choose: TypeAlias = Callable[[str, int], str]
"""The fault for a key at its n-th request (0 = first)."""

FAULTS = (
    "ok 429 429_date 503 500 500_after hang truncated short_body reset reset_after drip drip_body bad_json redirect "
    "gone refuse"
).split()


@dataclass(slots=True, kw_only=True)
class Receiver:
    """A server on 127.0.0.1. `requests` counts what came per key, `effects` what was done: once per key."""

    choose: Choose
    silence_seconds: float = 30.0
    listener: socket.socket = field(init=False)
    port: int = field(init=False)
    requests: collections.Counter[str] = field(default_factory=collections.Counter)
    effects: collections.Counter[str] = field(default_factory=collections.Counter)
    naive_effects: collections.Counter[str] = field(default_factory=collections.Counter)
    """What a receiver without keys would have done, by body."""
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self.port}/hook"

    def serve(self) -> None:
        """Answer until closed, each connection in its own thread."""
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stop; connections that hang are let go."""
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(self.silence_seconds)
            head, body = _read(connection)
            key = head.get("webhook-id", "")
            with self.lock:
                fault = self.choose(key, self.requests[key])
                self.requests[key] += 1
                self.heads.append(head)
                self.bodies.append(body)
            self._answer(connection, fault, key, body)

    def _work(self, key: str, body: bytes) -> None:
        with self.lock:
            self.effects[key] = 1 if key else self.effects[key] + 1
            self.naive_effects[body.decode(errors="replace")] += 1

    def _answer(self, connection: socket.socket, fault: str, key: str, body: bytes) -> None:
        if fault in (
            "ok",
            "bad_json",
            "short_body",
            "drip_body",
            "500_after",
            "hang",
            "truncated",
            "reset_after",
            "drip",
        ):
            self._work(key, body)
        if fault in ("reset", "reset_after"):
            # a linger of 0 seconds makes close() send RST
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "hang":
            self.closing.wait(self.silence_seconds)
        elif fault == "drip":
            self._drip(connection, _whole(200, b"{}"))
        elif fault == "drip_body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
            self._drip(connection, b"." * 60)
        elif fault == "truncated":
            connection.sendall(b"HTTP/1.1 200 O")
        elif fault == "short_body":
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":')
        else:
            connection.sendall(_SAID[fault]())

    def _drip(self, connection: socket.socket, answer: bytes) -> None:
        for position in range(len(answer)):
            connection.sendall(answer[position : position + 1])
            if self.closing.wait(self.silence_seconds / len(answer)):
                return


def _whole(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close"]
    return f"HTTP/1.1 {status} X\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _soon() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))


_SAID: dict[str, Callable[[], bytes]] = {
    "ok": lambda: _whole(200, b'{"ok": true}'),
    "bad_json": lambda: _whole(200, b"{not json"),
    "429": lambda: _whole(429, retry_after="2"),
    "429_date": lambda: _whole(429, retry_after=_soon()),
    "503": lambda: _whole(503),
    "500": lambda: _whole(500),
    "500_after": lambda: _whole(500),
    "redirect": lambda: _whole(307, location="http://169.254.169.254/latest/meta-data/"),
    "gone": lambda: _whole(410),
    "refuse": lambda: _whole(422),
}


def _read(connection: socket.socket) -> tuple[dict[str, str], bytes]:
    """One request: its headers by lower-case name, and its body as it came."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        body += _more(connection)
    return headers, body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionResetError("the sender hung up")
    return received


def in_order(faults: Sequence[str]) -> Choose:
    """Each key meets the faults in this order, then only `ok`."""
    unknown = sorted(set(faults) - set(FAULTS))
    if unknown:
        raise ValueError(f"faults {unknown}: unknown; known: {', '.join(FAULTS)}")
    return lambda _, nth: faults[nth] if nth < len(faults) else "ok"


@contextlib.contextmanager
def receiver(choose: Choose, *, silence_seconds: float = 30.0) -> Iterator[Receiver]:
    """A receiver that runs in the background until the end of the block."""
    running = Receiver(choose=choose, silence_seconds=silence_seconds)
    thread = threading.Thread(target=running.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.close()
        thread.join(timeout=5)


def main() -> None:
    """Serve until interrupted; on the way out, print what came."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", default="ok", help="comma-separated, in order per key")
    words = parser.parse_args()
    with receiver(in_order(words.faults.split(","))) as running:
        print(running.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
        print(json.dumps({"requests": dict(running.requests), "effects": dict(running.effects)}))


if __name__ == "__main__":
    main()
