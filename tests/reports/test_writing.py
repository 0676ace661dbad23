"""The report file is the old one or the new one, never half of one."""

import pytest
from tests.reports import sample

from bothsides.reports import audit_html, write_audit, writing


def test_the_file_is_named_by_its_day_and_is_the_page(tmp_path):
    target = write_audit(sample.full(), tmp_path / "reports" / "new")
    assert target.name == "audit-2024-11-17.html"
    assert target.read_text(encoding="utf-8") == audit_html(sample.full())
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_failed_write_leaves_the_old_report_and_no_draft(tmp_path, monkeypatch):
    target = write_audit(sample.full(), tmp_path)
    before = target.read_bytes()

    def full_disk(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_audit(sample.orders_only(), tmp_path)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
