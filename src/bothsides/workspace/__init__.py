"""A workspace: the folder that belongs to one client marketplace."""

from bothsides.workspace.folder import Workspace, WorkspaceMissing
from bothsides.workspace.settings import SETTINGS_FILE, Settings

__all__ = ["SETTINGS_FILE", "Settings", "Workspace", "WorkspaceMissing"]
