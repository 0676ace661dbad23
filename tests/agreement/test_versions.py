"""Versions of the agreement: recorded once, in force from their day, never silently for days already decided."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.agreement.versions import Signed, adopt, as_policy, load_signed, version_at, version_named
from bothsides.logbook import Book, Logbook
from bothsides.schema.instant import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """A section."""

    hours: int = 48
    name: str = "decay"


def short(policy: Decay) -> tuple[str, ...]:
    return ("hours = 0: must be above 0",) if policy.hours == 0 else ()


def signed(folder: Path, text: str) -> Signed[Decay]:
    path = folder / "decay.toml"
    path.write_text(text, encoding="utf-8")
    return load_signed(path, Decay, time_zone="Europe/London", check=short)


def held(book: Book, moment: int) -> dict[str, object] | None:
    version = version_at(book, "decay", moment)
    return version.content if version else None


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_the_signature_is_read_beside_the_policy_and_is_no_part_of_its_version(tmp_path: Path) -> None:
    plain = signed(tmp_path, "hours = 24\n")
    dated = signed(tmp_path, 'hours = 24\n[signed]\nsince = 2026-07-01\nby = ["VP Sales", "VP Marketing"]\n')
    assert dated.policy.hours == 24
    assert dated.version == plain.version != signed(tmp_path, "hours = 25\n").version
    assert dated.effective_from == at("2026-06-30T23:00")
    assert plain.effective_from == 0


def test_every_mistake_of_the_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(AgreementError) as refused:
        signed(tmp_path, 'hours = "x"\nhuors = 1\n[signed]\nsince = "soon"\nwho = 1\n')
    assert len(refused.value.problems) == 4
    with pytest.raises(AgreementError, match="must be above 0"):
        signed(tmp_path, "hours = 0\n")


def test_a_version_holds_from_its_day_and_the_one_before_until_then(logbook: Logbook, tmp_path: Path) -> None:
    first, second = signed(tmp_path, "hours = 48\n"), signed(tmp_path, "hours = 24\n[signed]\nsince = 2026-07-01\n")
    with logbook.writing() as book:
        assert adopt(book, first, now=at("2026-06-01T00:00"), last_tick=None)
        assert not adopt(book, first, now=at("2026-06-02T00:00"), last_tick=at("2026-06-01T12:00"))
        assert adopt(book, second, now=at("2026-06-10T00:00"), last_tick=at("2026-06-09T00:00"))
        assert not adopt(book, second, now=at("2026-06-11T00:00"), last_tick=at("2026-06-10T00:00"))
        before, after = (
            version_at(book, "decay", at("2026-06-30T22:59")),
            version_at(book, "decay", at("2026-07-02T00:00")),
        )
        assert before is not None
        assert after is not None
        assert (as_policy(before, Decay).hours, as_policy(after, Decay).hours) == (48, 24)
        assert version_named(book, "decay", first.version).content == {"hours": 48}
        with pytest.raises(LookupError, match="never recorded"):
            version_named(book, "decay", "abc")


def test_what_was_decided_is_not_changed_unless_it_says_so(logbook: Logbook, tmp_path: Path) -> None:
    text = "hours = 24\n[signed]\nsince = 2026-06-05\n"
    with logbook.writing() as book:
        adopt(book, signed(tmp_path, "hours = 48\n"), now=at("2026-06-01T00:00"), last_tick=None)
        tick, now = at("2026-06-09T00:00"), at("2026-06-10T00:00")
        with pytest.raises(AgreementError, match=r"signed.since = 2026-06-05: is before the last tick"):
            adopt(book, signed(tmp_path, text), now=now, last_tick=tick)
        assert adopt(book, signed(tmp_path, text + "restate = true\n"), now=now, last_tick=tick)
        assert held(book, at("2026-06-06T00:00")) == {"hours": 24}


def test_an_unsigned_change_holds_from_now_on(logbook: Logbook, tmp_path: Path) -> None:
    with logbook.writing() as book:
        adopt(book, signed(tmp_path, "hours = 48\n"), now=100, last_tick=None)
        adopt(book, signed(tmp_path, "hours = 24\n"), now=900, last_tick=800)
        assert held(book, 899) == {"hours": 48}
        assert held(book, 900) == {"hours": 24}
        assert adopt(book, signed(tmp_path, "hours = 48\n"), now=950, last_tick=900)
        assert held(book, 951) == {"hours": 48}
