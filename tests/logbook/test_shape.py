"""The shape that opening a logbook looks for is the last of the steps that make it."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from bothsides.logbook import migrations
from bothsides.logbook.store import SHAPE


def test_the_last_step_is_the_shape() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == SHAPE
