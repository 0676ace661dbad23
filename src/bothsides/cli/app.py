"""The command line's front door. A command imports its rooms in its body, so that `--help` loads no engine."""

import gc
import json
import os
import re
import sys
from difflib import get_close_matches
from importlib.metadata import version
from inspect import Parameter
from itertools import pairwise
from typing import NoReturn

from cyclopts import (
    App,
    Argument,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnusedCliTokensError,
    ValidationError,
)

from bothsides.cli import next_steps
from bothsides.cli.lengths import TooLong

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
    """Run the command. A person's mistake ends in one message and code 2; a finding of `doctor` in code 1.

    Where a record was asked for with --json, the message is a record too: {"error": ...}.
    """
    # Matrices here are small: a second BLAS thread only waits for the first, and sums in another order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Batches hold many small records that live as long as the batch: looking for cycles among them finds none.
    gc.set_threshold(50_000, 20, 50)
    try:
        _check_texts(sys.argv[1:])
        result = app(sys.argv[1:], exit_on_error=False, print_error=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (CycloptsError, ValueError, LookupError, OSError) as error:
        if os.environ.get("BOTHSIDES_DEBUG"):
            raise
        _end(mistake(error), 2)
    except _database_errors() as error:
        if os.environ.get("BOTHSIDES_DEBUG"):
            raise
        said = " ".join(str(getattr(error, "orig", error)).split())
        _end(f"the database gave up, and what was in hand was not kept: {said}", 2)
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        _end("stopped; nothing was published", 130)
    sys.exit(result if isinstance(result, int) else 0)


def _check_texts(words: list[str]) -> None:
    """Raises ValueError for a text that came as bytes that are no UTF-8, which nothing can keep; a path may be such."""
    if all(map(_is_utf8, words)):
        return
    _, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    for name, value in bound.arguments.items():
        for text in value if isinstance(value, tuple | list) else (value,):
            if isinstance(text, str) and not _is_utf8(text):
                said = f"'{as_bytes_told(text)}': holds bytes that are not UTF-8; write it in UTF-8"
                is_option = bound.signature.parameters[name].kind is Parameter.KEYWORD_ONLY
                raise ValueError(f"{_option(words, text) if is_option else name.upper()} {said}")


def _is_utf8(word: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def as_bytes_told(text: str) -> str:
    """A text that came as bytes, those that are no UTF-8 by their numbers.

    >>> as_bytes_told("caf\\udce9")
    'caf\\\\xe9'
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _option(words: list[str], text: str) -> str:
    """The option that the text was given for, as it was typed."""
    joined = (word.partition("=")[0] for word in words if word.startswith("-") and word.endswith(f"={text}"))
    return next(
        (before for before, word in pairwise(words) if word == text and before.startswith("-")), next(joined, "")
    )


def _database_errors() -> tuple[type[BaseException], ...]:
    """What a database raises that is full, locked or gone, by the drivers that this command loaded."""
    rooms = ("sqlalchemy.exc", "sqlite3", "psycopg")
    return tuple(sys.modules[room].OperationalError for room in rooms if room in sys.modules)


_NUMBERS: dict[object, str] = {int: "a whole number", float: "a number such as 80000.50"}


def mistake(error: Exception) -> str:
    """What is wrong, in one message.

    >>> mistake(FileNotFoundError(2, "No such file or directory", "leads.csv"))
    'leads.csv: there is no such file or folder'
    """
    if isinstance(error, UnusedCliTokensError):
        return _unused(error)
    if isinstance(error, MissingArgumentError) and error.argument is not None and not error.unused_tokens:
        return _missing(error, error.argument)
    if isinstance(error, CoercionError) and error.token is not None and error.target_type in _NUMBERS:
        name = error.token.keyword or (error.argument.name.lstrip("-").upper() if error.argument else "value")
        return f"{name} {error.token.value!r}: must be {_NUMBERS[error.target_type]}"
    if isinstance(error, ValidationError) and isinstance(error.__cause__, TooLong) and error.argument is not None:
        return f"{error.argument.name}: {error.exception_message}"
    if isinstance(error, CycloptsError):
        error.verbose = False
    if isinstance(error, FileNotFoundError) and error.filename is not None and error.strerror:
        return f"{error.filename}: there is no such file or folder"
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error.args[0] if isinstance(error, KeyError) and error.args else error)


_INIT = """\
bothsides init needs --from with your exports, such as: bothsides init acme --from exports/*.csv
For the lead desk alone no export is needed: write acme/bothsides.toml with
  name = "acme"
  currency = "EUR"
and run: bothsides leads agree -w acme"""


def _missing(error: MissingArgumentError, argument: Argument) -> str:
    """What a command cannot do without: a word in its place, or an option with its value."""
    command, count = " ".join(("bothsides", *(error.command_chain or ()))), argument.token_count()[0]
    name = argument.name.lstrip("-").upper() if argument.index is not None else argument.name
    if (command, argument.name) == ("bothsides init", "--from"):
        return _INIT
    asked = f"{name} with {count} values" if count > 1 else f"a value of {name}" if error.keyword else name
    return f"{command} needs {asked}; {command} --help tells more"


def _unused(error: UnusedCliTokensError) -> str:
    """Words that the command does not take; the first may be meant as one of its subcommands."""
    words, command = error.unused_tokens or [], " ".join(("bothsides", *(error.command_chain or ())))
    names = [name for name in (error.app or ()) if not name.startswith("-")]
    near = get_close_matches(words[0], names, n=1) if words else []
    asked = f"; did you mean {command} {near[0]}?" if near else f"; {command} --help shows what it takes"
    return f"{command} takes no {' '.join(map(repr, words))}{asked}"


def _end(message: str, code: int) -> NoReturn:
    said = printable(message)
    if "--json" in sys.argv[1:]:
        print(json.dumps({"error": said}, ensure_ascii=False), flush=True)
    sys.stderr.write(f"bothsides: {said}\n")
    sys.exit(code)
