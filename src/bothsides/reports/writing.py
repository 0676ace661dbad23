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
    page = audit_html(diagnosis).encode("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"audit-{diagnosis.as_of.isoformat()}.html"
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
