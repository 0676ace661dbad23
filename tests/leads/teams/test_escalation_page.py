"""The example of docs/escalation.md is an agreement that loads."""

import re
from pathlib import Path

from bothsides.leads.teams.reasons import Kind, load_reasons
from bothsides.schema import Side

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "escalation.md").read_text(encoding="utf-8")


def test_the_example_of_reasons_loads(tmp_path):
    (example,) = re.findall(r"```toml\n# agreement/reasons\.toml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "reasons.toml"
    path.write_text(example, encoding="utf-8")
    policy = load_reasons(path).policy
    assert set(policy.allowed(Kind.REJECT, Side.BUYER)) == {"too_small", "wrong_number", "not_now", "other"}
    assert policy.pipeline.stale_days_of == {"legal": 30}
