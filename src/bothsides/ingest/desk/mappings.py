"""How rows made from the journal are read: mappings held in memory, one source a table."""

from collections.abc import Sequence

from bothsides.ingest.mapping import STORED_IDS, ColumnMap, Mapping, Mode, TableMap
from bothsides.schema import TABLES
from bothsides.schema.tables.desk import DESK_TABLES

PREFIX = "desk:"
"""Sources of the desk begin so; no mapping file can have such a name."""

ID_SPACE = "desk"

SHARED = ("leads", "stage_changes", "touches")
"""Tables that a CRM can feed as well, but never beside the desk."""

FED = (*SHARED, *(table.name for table in DESK_TABLES))


def desk_mappings(others: Sequence[Mapping]) -> tuple[Mapping, ...]:
    """The mapping of every table that the desk feeds; `others` tell under which ids campaigns stand."""
    fed = ((one, item) for one in others for item in one.tables if item.name == "campaigns")
    campaigns = next((item.id_space or one.id_space for one, item in fed), ID_SPACE)
    return tuple(_mapping(name, campaigns) for name in FED)


def _mapping(name: str, campaigns: str) -> Mapping:
    table = TABLES[name]
    spaces = {"account_id": STORED_IDS, "campaign_id": campaigns}
    columns = tuple(
        ColumnMap(
            column=column.name,
            fields=(column.name,),
            id_space=spaces.get(column.name),
            orphans="keep" if column.name in (*spaces, "merged_into") else "quarantine",
        )
        for column in table.columns[1:]
    )
    return Mapping(
        source=PREFIX + name,
        tables=(TableMap(name=name, columns=columns, key=(table.key,)),),
        id_space=ID_SPACE,
        mode=Mode.INCREMENTAL,
        time_zone="UTC",
        null_words=("",),
    )
