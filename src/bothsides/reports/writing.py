"""Writing the report so that a reader finds the old one or the new one, never half of one."""

import os
from pathlib import Path

from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.html import audit_html
from bothsides.warehouse import fsync_directory


def write_audit(diagnosis: Diagnosis, folder: Path) -> Path:
    """Write `audit-<as_of>.html` into the folder, made where it is missing, and return where it is.

    The bytes and the folder are flushed to disk before it returns. OSError where the folder cannot be written.
    """
    return write_page(audit_html(diagnosis), folder / f"audit-{diagnosis.as_of.isoformat()}.html")


def write_page(words: str, target: Path) -> Path:
    """Write the page into its file and return where it is; an older one stands until the new one is whole.

    The folder is made where it is missing. OSError where it cannot be written.
    """
    page, folder = words.encode("utf-8"), target.parent
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{target.name}.{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    fsync_directory(folder)
    return target
