"""The command line's front door. A command imports its rooms in its body, so that `--help` loads no engine."""

import gc
import os
import re
import sys
from importlib.metadata import version

from cyclopts import App, CycloptsPanel

from bothsides.cli import next_steps

COMMANDS: dict[str, str] = {
    "demo": "Simulate a marketplace, load it, audit it, send a quarter of leads through the desk.",
    "init": "Draft a workspace from your exports: what each column means, and how sure that is.",
    "sync": "Load the files named in the mapping; keep every version; quarantine what cannot be read.",
    "metrics": "Values of metrics by period, side, category and friends.",
    "change": "Why GMV or net revenue changed: new, returned, grown, shrunk and lost accounts; volume, price and mix.",
    "mirror": "Copy the warehouse into a schema of PostgreSQL, where others can read it.",
    "audit": "Diagnose the market: a one-screen summary and a report a board can read.",
    "liquidity": "Where the market is short, cell by cell and period by period, and whom to recruit.",
    "elasticity": "How strongly each side draws and keeps the other, which side to fund, a push that would show it.",
    "finding": "The findings of the audit as a list, or one of them whole, with the records behind it.",
    "predict": "What accounts will do: churn, lifetime value, spend, new pairs, upgrades; each judged on later months.",
    "threshold": "From how many of one side on the other stays, and how far each cell is from it.",
    "leads": "The desk's leads: take them in, look at one whole, write down what happened, answer what waits.",
    "score": "Who scores what and why; another card beside the live one; cards learned from what was won and lost.",
    "route": "Whose turn it is, who is away, what waits; why a lead went where it went; where one would go.",
    "sla": "What is owed to whom by when, what is near its time, what was missed; deadlines by a calendar.",
    "merge": "Who is the same: reviews side by side, leads and accounts that become one, each taken back when asked.",
    "serve": "Serve the API of the lead desk: leads, touches and events come in over HTTP, signed webhooks too.",
    "tick": "Go round the desk once: clocks, decay, queues, messages and jobs that are due; then seal the journal.",
    "run": "Run the desk as a service that goes round whenever something is due or somebody wrote.",
    "logbook": "What the desk wrote down: whether it is whole, a lead's history in words, a copy while it works.",
    "replay": "What another agreement would have given: past leads and touches decided anew, beside what was.",
    "hygiene": "How clean the records are by team; fixes shown, made and taken back; bought data; the CRM's records.",
    "quarantine": "Show the records that could not be loaded, with reason, file and line.",
    "doctor": "What is wrong with this workspace and how to mend it; which questions the data can answer.",
}
"""Every subcommand and its one line of help; `bothsides.cli.<name>:<name>` is its function."""

app = App(
    name="bothsides",
    help="The open revenue engine for B2B marketplaces: one language for revenue on both sides.",
    help_epilogue=next_steps.AT_THE_FRONT,
    version=lambda: version("bothsides"),
    help_format="plaintext",
    error_formatter=lambda error: CycloptsPanel(printable(str(error))),
    result_action="return_value",
)
for _name, _help in COMMANDS.items():
    _more = {"help_epilogue": next_steps.OF[_name]} if _name in next_steps.OF else {}
    app.command(f"bothsides.cli.{_name}:{_name}", name=_name, help=_help, **_more)


_PASSWORD = re.compile(r"(postgres(?:ql)?://[^\s:@/]*):\S*@")
"""In an address that stands where none is expected, so that it was not read as one."""


def printable(text: str) -> str:
    """A message without control sequences and passwords: it may quote a word of somebody's file, or one as typed.

    >>> printable("a\\x1b[31mb")
    'a?[31mb'
    >>> printable("no metric 'postgresql://ana:secret@db.example/market'")
    "no metric 'postgresql://ana:...@db.example/market'"
    """
    hidden = _PASSWORD.sub(r"\1:...@", text)
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in hidden)


def main() -> None:
    """Run the command. A person's mistake ends in one message and code 2; a finding of `doctor` in code 1."""
    # Matrices here are small: a second BLAS thread only waits for the first, and sums in another order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Batches hold many small records that live as long as the batch: looking for cycles among them finds none.
    gc.set_threshold(50_000, 20, 50)
    try:
        result = app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (ValueError, LookupError, OSError) as error:
        if os.environ.get("BOTHSIDES_DEBUG"):
            raise
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        sys.stderr.write(f"bothsides: {printable(str(message))}\n")
        sys.exit(2)
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        sys.stderr.write("bothsides: stopped; nothing was published\n")
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)
