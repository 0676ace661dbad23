"""One thread writes what all requests bring: those that wait while it writes go into its next transaction together."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from bothsides.logbook import AlreadyWritten
from bothsides.schema.instant import Instant
from bothsides.web.answer import Answer, wrong
from bothsides.web.job import Job
from bothsides.web.once import FORGET_EVERY, forget
from bothsides.web.standing_desk import StandingDesk
from bothsides.web.writing import write

MOST_AT_ONCE = 200
"""Leads of one transaction, but for a longer list, which is one of its own."""

_LOG = logging.getLogger("bothsides.web")
_Made = TypeVar("_Made")
_NOT_WRITTEN = "it could not be written down, and nothing of it was kept; send it again"


@dataclass(slots=True, kw_only=True)
class _Waiting:
    job: Job
    answer: asyncio.Future[Answer]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Answers each request once what it asks for is durable."""

    desk: StandingDesk
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "logbook"))
    _waiting: list[_Waiting] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None
    _forgot_at: Instant = 0

    async def put(self, job: Job) -> Answer:
        """The answer to the request, after the end of the transaction that wrote it."""
        one = _Waiting(job=job, answer=asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await one.answer

    async def apart(self, work: Callable[[], _Made]) -> _Made:
        """Does this where the writing is done, between two transactions."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def close(self) -> None:
        """Ends when all that waits is written."""
        while self._running is not None:
            await asyncio.wait([self._running])
        self._pool.shutdown()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next())
        finally:
            self._running = None

    def _next(self) -> list[_Waiting]:
        """The next ones that may be written together: leads, each under a name of its own, or what is told alone.

        What is told holds leads in another order than intake does, so that the two could wait for each other.
        """
        found, names, size = [self._waiting[0]], {_name(self._waiting[0].job)}, len(self._waiting[0].job.leads)
        for one in self._waiting[1:]:
            size += len(one.job.leads)
            name = _name(one.job)
            if found[0].job.told or one.job.told or size > MOST_AT_ONCE or (name is not None and name in names):
                break
            found.append(one)
            names.add(name)
        del self._waiting[: len(found)]
        return found

    async def _write(self, waiting: list[_Waiting], *, again: bool = False) -> None:
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._pool, self._written, [one.job for one in waiting])
        await asyncio.wait([done])
        error = done.exception()
        if error is None:
            for one, answer in zip(waiting, done.result(), strict=True):
                _settle(one, answer)
        elif len(waiting) > 1:
            # One of them cannot be written: each for itself, so that the others are.
            for one in waiting:
                await self._write([one])
        elif not self._is_of_database(error):
            if not waiting[0].answer.done():
                waiting[0].answer.set_exception(error)
        elif not again:
            # Two processes may have written the same line, or waited for each other.
            await self._write(waiting, again=True)
        else:
            _LOG.error("a request was not written down: %s", error)
            _settle(waiting[0], wrong(503, "not_written", _NOT_WRITTEN, headers={"retry-after": "2"}))

    def _written(self, jobs: list[Job]) -> list[Answer]:
        now = self.desk.clock()
        answers = write(self.desk, jobs, now=now)
        if now >= self._forgot_at + FORGET_EVERY:
            self._forgot_at = now
            with self.desk.logbook.writing() as book:
                forget(book, now=now)
        return answers

    def _is_of_database(self, error: BaseException) -> bool:
        return isinstance(error, (*self.desk.database_errors, AlreadyWritten))


def _name(job: Job) -> str | None:
    return None if job.named is None else job.named.key


def _settle(one: _Waiting, answer: Answer) -> None:
    if not one.answer.done():
        one.answer.set_result(answer)
