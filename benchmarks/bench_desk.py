"""The desk in batch: match, score, dedupe, route, start the clock; 100,000 leads over 20,000 closed ones."""

import argparse
import gc
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


PEERS = (
    "Odoo 18 Community 35 to 54, Frappe CRM 19 to 25, which do more with every write: permissions, tracking, chatter"
)


def met(is_met: bool) -> str:
    """The word of a verdict."""
    return "met" if is_met else "MISSED"


def main(words: argparse.Namespace) -> None:
    """Both sizes, each in a process of its own, and their section of RESULTS.md."""
    script = str(Path(__file__).resolve())
    shared = ("--one", "--history", str(words.history), "--batch", str(words.batch))
    # The small size is run three times and the middle taken: at 1,000 leads a pause of the machine is most of the time.
    small = sorted((run_self(script, *shared, "--leads", "1000").said for _ in range(3)), key=lambda said: said["cpu"])[
        1
    ]
    large = run_self(script, *shared, "--leads", str(words.leads)).said
    each = [said["cpu"] / said["n"] for said in (small, large)]
    speed, growth = 1 / each[1], each[1] / each[0]
    write_section(
        "The desk in batch",
        [
            (
                f"{words.leads:,} new leads over {words.history:,} closed ones and half as many accounts, batches of"
                f" {words.batch:,}, SQLite, every batch committed to disk: match, dedupe, score, route to eight reps"
                " in two teams whose filters overlap, start the first-touch clock, write the journal and its tables."
            ),
            "",
            "| leads | CPU-s | leads per CPU-s | microseconds a lead |",
            "|---|---|---|---|",
            *(
                f"| {s['n']:,} | {s['cpu']:.2f} | {s['n'] / s['cpu']:,.0f} | {1e6 * s['cpu'] / s['n']:.0f} |"
                for s in (small, large)
            ),
            "",
            f"- Speed: {speed:,.0f} leads per CPU-s, bar {BAR:,}: {met(speed >= BAR)}. Peers: {PEERS}.",
            f"- Cost of a lead against 1,000 leads: {growth:.2f}x, bar {LINEAR}x: {met(growth <= LINEAR)}.",
            f"- Outcomes: {large['outcomes']}; leads by rep: {large['given']}.",
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--history", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--one", action="store_true", help="only this size, as the process that does the work")
    given = parser.parse_args()
    gc.set_threshold(50_000, 20, 50)  # as the command line does
    if given.one:
        work(given.leads, given.history, given.batch)
    else:
        main(given)
