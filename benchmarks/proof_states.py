"""Five hundred random histories of loads: states kept from load to load against states made anew, and against facts.

Each history brings late rows, corrections, deletions, refunds, merges of companies, moved labels, exchange rates and
accounts that turn internal; at its end every state table must equal the one made from scratch, and three random
questions must be answered from states as they are from facts. The test that the suite runs on twenty is run here.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import harness

TEST = "tests/metrics/test_states_histories.py"


def main() -> int:
    """Run the histories seed by seed, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=10, help="how many parts the histories are drawn in")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    failed: list[str] = []
    each = words.histories // words.seeds
    start = os.times()
    for seed in range(1, words.seeds + 1):
        env = {**os.environ, "BOTHSIDES_HISTORIES": str(each), "BOTHSIDES_HISTORIES_SEED": str(seed)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
        done = subprocess.run(
            command, cwd=harness.FOLDER.parent, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            said = re.findall(r"^E +(.*)$", done.stdout, re.MULTILINE)
            failed.append(f"seed {seed}: {said[0] if said else done.stdout[-300:]}")
        print(f"seed {seed}: {'failed' if done.returncode else f'{each} histories hold'}", flush=True)
    used = os.times()
    cpu = used.children_user + used.children_system - start.children_user - start.children_system
    verdict = "hold" if not failed else f"{len(failed)} SEEDS FAILED, first: {failed[0]}"
    held = (
        "At the end of each, every state table equals the one made from scratch, its digests and its books too, and "
        "three random questions over nine metrics each give from states what they give from facts."
    )
    harness.write_section(
        "States through random histories",
        [
            f"{each * words.seeds} histories from {words.seeds} seeds, {cpu:,.0f} CPU-s: {verdict}.",
            "",
            held,
        ],
        results=words.results,
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
