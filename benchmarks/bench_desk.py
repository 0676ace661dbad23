"""The desk in batch: match, score, dedupe, route, start the clock; 100,000 leads over 20,000 closed ones."""

import argparse
import sys
import tempfile
from pathlib import Path

from desk_workload import NOW, fresh, prepared, seconds
from harness import cpu_seconds, run_self, say, write_section

from bothsides.leads.desk.taking import take

BATCH = 1000
BAR, LINEAR = 5_000, 1.2


def work(n: int, n_history: int, batch: int) -> None:
    """One side of the comparison: n leads in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ready = prepared(fresh(Path(folder), "desk"), n_history=n_history, n_new=max(n, 1000))
        leads = ready.leads(n)
        outcomes: dict[str, int] = {}

        def all_of_them() -> None:
            for start in range(0, n, batch):
                with ready.logbook.writing() as book:
                    for taken in take(book, ready.agreed, leads[start : start + batch], now=NOW):
                        outcomes[taken.outcome] = outcomes.get(taken.outcome, 0) + 1

        cpu = seconds(all_of_them)
        with ready.logbook.reading() as book:
            given = book.all("SELECT member, count(*) FROM assignments GROUP BY member ORDER BY member")
            clocks = book.all("SELECT count(*) FROM clocks")[0][0]
        say(n=n, cpu=cpu, outcomes=outcomes, given=dict(given), clocks=clocks, total=cpu_seconds())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--history", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--one", action="store_true")
    words = parser.parse_args()
    if words.one:
        work(words.leads, words.history, words.batch)
        sys.exit()
