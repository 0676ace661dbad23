"""Opens and creates a workspace folder; says where its parts lie."""

from dataclasses import dataclass
from pathlib import Path

from bothsides.agreement import load_policy
from bothsides.workspace.settings import SETTINGS_FILE, Settings


class WorkspaceMissing(FileNotFoundError):  # noqa: N818 - reads as the fact
    """The folder is not a workspace; the message says which command makes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One client's folder with its settings."""

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: Path) -> "Workspace":
        """The workspace in that folder. Raises WorkspaceMissing, AgreementError naming every
        wrong setting, or NotADirectoryError where a file stands in the place of a folder.
        """
        path = folder / SETTINGS_FILE
        if not path.is_file():
            what = f"has no {SETTINGS_FILE}" if folder.is_dir() else "does not exist"
            raise WorkspaceMissing(
                f"{folder} {what}, so it is not a workspace; make one with: bothsides init {folder} --from FILES,"
                f" or for the lead desk alone write name, currency and time_zone into {folder / SETTINGS_FILE}"
            )
        workspace = cls(folder=folder, settings=load_policy(path, Settings).policy)
        for place in (workspace.mappings_dir, workspace.raw_dir, workspace.reports_dir, workspace.models_dir):
            if place.exists() and not place.is_dir():
                raise NotADirectoryError(f"{place} is a file, but a workspace keeps a folder there; move it away")
        return workspace

    @classmethod
    def create(cls, folder: Path, settings: Settings) -> "Workspace":
        """A new workspace with these settings. Raises FileExistsError where one is already."""
        path = folder / SETTINGS_FILE
        if path.exists():
            raise FileExistsError(f"{path} exists already; the workspace was left as it is")
        workspace = cls(folder=folder, settings=settings)
        workspace.mappings_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(settings.as_toml(), encoding="utf-8")
        return cls.open(folder)

    @property
    def mappings_dir(self) -> Path:
        """Where mapping/<source>.toml lie."""
        return self.folder / "mapping"

    @property
    def agreement_dir(self) -> Path:
        """Where the signed policies lie."""
        return self.folder / "agreement"

    @property
    def warehouse_path(self) -> Path:
        """The published warehouse file."""
        return self.folder / "warehouse.duckdb"

    @property
    def raw_dir(self) -> Path:
        """Landed files as received, by content."""
        return self.folder / "raw"

    @property
    def reports_dir(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"

    @property
    def models_dir(self) -> Path:
        """Where fitted models lie, the latest of each and, in history, every one before it."""
        return self.folder / "models"
