"""Zones by transitions: equal to the standard library's reading of every wall time around every change."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from bothsides.ingest.moments import to_utc, to_wall, transitions

ZONES = ("Europe/London", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


@pytest.mark.parametrize("zone", ZONES)
def test_both_ways_agree_with_zoneinfo(zone: str) -> None:
    info = zoneinfo.ZoneInfo(zone)
    shifts = (-7200, -3601, -3600, -1800, -1, 0, 1, 1800, 3599, 3600, 7200)
    moments = [datetime(1901, 1, 1) + timedelta(days=53 * n, seconds=977 * n) for n in range(2_000)]
    moments += [
        step.moment + timedelta(seconds=shift) for step in transitions(zone, local=True)[1:] for shift in shifts
    ]
    con = duckdb.connect()
    rows = con.execute(
        f"SELECT m, {to_utc('m', zone)}, {to_wall('m', zone)} FROM (SELECT unnest(?::TIMESTAMP[]) AS m)", [moments]
    ).fetchall()

    def expected(moment: datetime) -> tuple[datetime, datetime]:
        utc = moment.replace(tzinfo=info).astimezone(UTC).replace(tzinfo=None)
        return utc, moment.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None)

    wrong = [(moment, utc, wall) for moment, utc, wall in rows if (utc, wall) != expected(moment)]
    assert not wrong
