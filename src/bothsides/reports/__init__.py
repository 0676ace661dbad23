"""The audit as people read it: one HTML file, one screen of a terminal, and records for scripts."""

from bothsides.reports.audit_record import audit_record
from bothsides.reports.html import audit_html
from bothsides.reports.plain import audit_json, finding_json
from bothsides.reports.summary import audit_summary
from bothsides.reports.writing import write_audit

__all__ = ["audit_html", "audit_json", "audit_record", "audit_summary", "finding_json", "write_audit"]
