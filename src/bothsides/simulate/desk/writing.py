"""Write a quarter for people: what arrives as JSON lines, lists as CSV files, the books, the events, the truth."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bothsides.schema.instant import Instant, in_utc
from bothsides.simulate.desk.quarter import Quarter
from bothsides.simulate.desk.truth import truth


def write_quarter(quarter: Quarter, folder: Path) -> tuple[Path, ...]:
    """Write the quarter to a folder; the paths. The same quarter gives the same bytes.

    `deliveries.jsonl` holds all messages in time order (a list stands in `lists/` as the CSV file that was uploaded),
    `accounts.csv` the books, `engagements.csv` the events, `unsubscribes.csv` the wishes, `truth.json` the rest.
    """
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    lists = [one for one in quarter.deliveries if one.content_type == "text/csv"]
    paths = [_written(folder / "lists" / f"{one.key}.csv", one.body) for one in lists]
    lines = [
        {
            "received_at": _utc(one.received_at),
            "source": one.source,
            "content_type": one.content_type,
            "idempotency_key": one.key,
            "body": f"lists/{one.key}.csv" if one.content_type == "text/csv" else one.body,
        }
        for one in quarter.deliveries
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    paths.append(_written(folder / "deliveries.jsonl", text))
    of_book = "account_id organization_id parent_id side name domain phone country segment owner".split()
    books = [[getattr(row, column) for column in of_book] for row in quarter.accounts]
    paths.append(_table(folder / "accounts.csv", of_book, books))
    events = ((one.lead, one.event, _utc(one.occurred_at), one.amount) for one in quarter.engagements)
    paths.append(_table(folder / "engagements.csv", ["lead", "event", "occurred_at", "amount"], events))
    wishes = ((one.lead, one.email, _utc(one.occurred_at)) for one in quarter.unsubscribes)
    paths.append(_table(folder / "unsubscribes.csv", ["lead", "email", "occurred_at"], wishes))
    answer = json.dumps(truth(quarter), indent=2, ensure_ascii=False) + "\n"
    return (*paths, _written(folder / "truth.json", answer))


def _utc(moment: Instant) -> str:
    return in_utc(moment).strftime("%Y-%m-%d %H:%M:%S")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
