"""Who is the same: lists with known truth searched for duplicates, without labels unless a row says so.

F1 is over pairs of records after closure: a group of n counts n(n-1)/2 pairs, so one wrong link costs all it drags
along. The bars are of published tools on the same lists (Splink 5: .994 and .998 on the two Febrl lists).
"""

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import harness

from bothsides.identity import (
    MatchingPolicy,
    Normal,
    Party,
    compile_matching,
    dedupe,
    link,
    match_all,
    normalise,
    pairs_to_label,
)
from bothsides.identity.policy import DedupePolicy
from bothsides.identity.review import Clusters

DATA = Path(os.environ.get("BOTHSIDES_DATA") or harness.FOLDER.parent.parent / "shared" / "data")
FEBRL3, FEBRL4, PATSTAT, LEAD_COST, NORMAL_COST = 0.993, 0.997, 0.92, 60.0, 15.0
DAMAGED = ("registration_number", "verified_domain")
"""Strong identifiers of a list whose birthdays are known to be damaged: there a birthday only weighs."""

SETTING = (
    "F1, precision and recall over pairs of records after closure. No labels unless the row says so; the fit draws "
    "nothing at random. `biggest`: different spellings in the largest group, of the cap above which no group is joined "
    "without a person. `for review`: what a person is asked, by reason."
)
DAMAGED_BIRTHDAYS = (
    "- In the Febrl lists a damaged birthday is often another date altogether; kept apart, such pairs are not joined "
    "but listed for review, which costs recall and nothing else."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One search: the list, its F1, precision and recall, and what else is to be said."""

    name: str
    records: int
    f1: float
    precision: float
    recall: float
    biggest: str
    reviews: str
    seconds: float
    bar: float | None = None

    @property
    def met(self) -> bool:
        """Whether the bar, where there is one, is met."""
        return self.bar is None or self.f1 >= self.bar

    def written(self) -> str:
        """The row of the table."""
        bar = "" if self.bar is None else f"{self.bar:g}: {'met' if self.met else 'MISSED'}"
        return (
            f"| {self.name} | {self.records:,} | {self.f1:.4f} | {self.precision:.4f} | {self.recall:.4f} | "
            f"{self.biggest} | {self.reviews} | {self.seconds:.2f} | {bar} |"
        )


def scored(groups: Sequence[Sequence[str]], truth: Mapping[str, str]) -> tuple[float, float, float]:
    """F1, precision and recall over pairs of records."""
    true = sum(count * (count - 1) // 2 for count in Counter(truth.values()).values())
    told = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    right = sum(
        count * (count - 1) // 2 for group in groups for count in Counter(truth[each] for each in group).values()
    )
    return 2 * right / (told + true), right / max(told, 1), right / true


def policy(method: str, *, apart: Sequence[str] | None = None, cap: int = 20) -> MatchingPolicy:
    """The house's policy with another method of searching lists."""
    kept = MatchingPolicy().keep_apart if apart is None else tuple(apart)
    return MatchingPolicy(keep_apart=kept, dedupe=DedupePolicy(method=method, cluster_cap=cap))


def searched(
    name: str,
    normals: Sequence[Normal],
    truth: Mapping[str, str],
    rules: MatchingPolicy,
    bar: float | None = None,
    labels: Sequence[tuple[str, str, bool]] = (),
) -> Row:
    """One list searched for duplicates."""
    began = time.process_time()
    found = dedupe(normals, rules, labels=labels)
    spent = time.process_time() - began
    f1, precision, recall = scored(found.groups, truth)
    return Row(
        name=name,
        records=len(normals),
        f1=f1,
        precision=precision,
        recall=recall,
        biggest=f"{found.spellings} of {rules.dedupe.cluster_cap}",
        reviews=queue(found),
        seconds=spent,
        bar=bar,
    )


def queue(found: Clusters) -> str:
    """The review queue in words."""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(each.kind for each in found.reviews).items()))


def febrl(file: str) -> list[Normal]:
    """Persons of a Febrl list; the social security number is not read."""
    with (DATA / "er-febrl" / file).open(encoding="utf-8", newline="") as lines:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(lines)]
    return [
        normalise(
            Party(
                party_id=row["rec_id"],
                kind="contact",
                given_name=row["given_name"],
                surname=row["surname"],
                street=f"{row['street_number']} {row['address_1']}",
                locality=row["address_2"],
                city=row["suburb"],
                postcode=row["postcode"],
                region=row["state"],
                born_on=row["date_of_birth"],
            )
        )
        for row in rows
    ]


def febrl_rows() -> list[Row]:
    """Febrl 3 searched for duplicates, Febrl 4 linked."""
    third = febrl("dataset3.csv")
    truth = {normal.party.party_id: normal.party.party_id.split("-")[1] for normal in third}
    weighed = policy("weights", apart=DAMAGED)
    rows = [
        searched("Febrl 3, weights", third, truth, weighed, FEBRL3),
        searched("the same, a birthday kept apart", third, truth, policy("weights")),
    ]
    left, right = febrl("dataset4a.csv"), febrl("dataset4b.csv")
    began = time.process_time()
    pairs = link(left, right, weighed)
    spent = time.process_time() - began
    both = {normal.party.party_id: normal.party.party_id.split("-")[1] for normal in (*left, *right)}
    f1, precision, recall = scored(pairs, both)
    rows.append(
        Row(
            name="Febrl 4, two lists linked",
            records=len(both),
            f1=f1,
            precision=precision,
            recall=recall,
            biggest="2 of 2",
            reviews="",
            seconds=spent,
            bar=FEBRL4,
        )
    )
    return rows


def patstat_rows() -> list[Row]:
    """Names of patent owners: without labels, and with 300 pairs that a person has looked at."""
    with (DATA / "er-patstat-names" / "patstat_reference.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    truth = {row["person_id"]: row["leuven_id"] for row in rows}
    normals = [normalise(Party(party_id=row["person_id"], kind="account", company=row["person_name"])) for row in rows]
    rules = policy("names", cap=100)
    labels = [(one, other, truth[one] == truth[other]) for one, other in pairs_to_label(normals, rules, 300)]
    return [
        searched("Patstat names, no labels", normals, truth, rules, PATSTAT),
        searched(f"Patstat names, {len(labels)} labels", normals, truth, rules, PATSTAT, labels),
        searched("the same, a cap of 20", normals, truth, policy("names"), labels=labels),
    ]


def splink_rows(*, whole: bool) -> list[Row]:
    """The two lists of Splink's tutorials; no bar, for comparison."""
    folder = DATA / "er-splink"
    fake = duckdb.sql(f"SELECT * FROM read_csv('{folder / 'fake_1000.csv'}', all_varchar = true)").fetchall()
    normals = [
        normalise(Party(party_id=i, kind="contact", given_name=g, surname=s, born_on=born, city=city, email=mail))
        for i, g, s, born, city, mail, _ in fake
    ]
    rows = [
        searched("fake_1000, weights", normals, {row[0]: row[-1] for row in fake}, policy("weights", apart=DAMAGED))
    ]
    if whole:
        old = duckdb.sql(
            "SELECT unique_id, cluster, first_name, surname, dob, birth_place, postcode_fake, occupation "
            f"FROM '{folder / 'historical_figures_with_errors_50k.parquet'}'"
        ).fetchall()
        normals = [
            normalise(
                Party(
                    party_id=i,
                    kind="contact",
                    given_name=g,
                    surname=s,
                    born_on=born,
                    city=city,
                    postcode=post,
                    locality=work,
                )
            )
            for i, _, g, s, born, city, post, work in old
        ]
        truth = {row[0]: row[1] for row in old}
        rows.append(searched("historical 50k, weights", normals, truth, policy("weights", apart=DAMAGED, cap=50)))
    return rows


def company(number: int, kind: str) -> Party:
    """A made-up company; a lead of it is written another way, with an address that may be free-mail."""
    words = "north blue alpha harbor metro delta prime silver grand urban solid swift bright global royal quick".split()
    letters = "".join(chr(97 + number // step % 26) for step in (1, 26, 676, 17576))
    name = f"{words[number % 16].title()} {words[number // 16 % 16].title()} {letters.title()}on"
    host = name.replace(" ", "").lower() + ".com"
    lead = kind == "lead"
    return Party(
        party_id=f"{kind}{number}",
        kind="lead" if lead else "account",
        company=name + (" Ltd." if lead else " Limited"),
        name=f"Jo Smith {number}",
        email=f"Jo{number}+fair@{host if number % 3 else 'gmail.com'}",
        website=None if lead else f"https://www.{host}/",
        country="United Kingdom",
        city=words[number // 7 % 16],
        phone=None if number % 4 else f"+44 20 7{number:07d}",
    )


def cost(count: int) -> tuple[float, float, float]:
    """Microseconds of CPU a lead for normalising and for matching all against as many accounts; share found."""
    accounts = [company(number, "account") for number in range(count)]
    leads = [company(number * 2, "lead") for number in range(count)]
    known = {party.party_id: normalise(party) for party in accounts}
    began = time.process_time()
    normals = [normalise(party) for party in leads]
    normalised = time.process_time() - began
    matching = compile_matching(MatchingPolicy())
    began = time.process_time()
    matches = list(match_all(normals, known, matching))
    matched = time.process_time() - began
    right = sum(each.matched_id == each.party_id.replace("lead", "account") for each in matches)
    return normalised / count * 1e6, matched / count * 1e6, right / sum(number * 2 < count for number in range(count))


def against_bars(normalised: float, matched: float) -> str:
    """The cost of a lead against its bars, in words."""
    return (
        f"matching {harness.verdict(matched, LEAD_COST, ' us of CPU a lead')}; "
        f"normalising {harness.verdict(normalised, NORMAL_COST, ' us of CPU a lead')}."
    )


def main() -> int:
    """Search every list, measure the cost of matching, write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--smoke", action="store_true", help="without historical 50k, and 5,000 leads instead of 100,000"
    )
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    options = parser.parse_args()
    rows = [*febrl_rows(), *patstat_rows(), *splink_rows(whole=not options.smoke)]
    leads = 5_000 if options.smoke else 100_000
    normalised, matched, right = cost(leads)
    met = all(row.met for row in rows) and normalised <= NORMAL_COST and matched <= LEAD_COST and right == 1
    lines = [
        SETTING,
        "",
        "| list | records | F1 | precision | recall | biggest | for review | CPU-s | bar |",
        "|---|---|---|---|---|---|---|---|---|",
        *(row.written() for row in rows),
        "",
        f"- {leads:,} leads against {leads:,} accounts, all included: {against_bars(normalised, matched)}",
        f"- Of the leads that have an account {right:.1%} found it.",
        DAMAGED_BIRTHDAYS,
    ]
    harness.write_section("Proof: identity", lines, results=options.results)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
