"""Where the agreement of the simulated company lies: the files of its README, as two teams would sign them."""

from pathlib import Path

AGREEMENT = Path(__file__).parent / "agreement"
