"""What the lab's server is told: one generated file, so that every wall of it can be read in one place.

Nothing is taken from the user's own Jupyter configuration.
"""

from __future__ import annotations

import os
from typing import Any

from workbench.files import write_json
from workbench.lab.folders import LabFolders
from workbench.project import Project

ADDRESS = "127.0.0.1"
"""The only address the lab binds: one shared password and unwalled kernels are no protection on a network."""

SERVER_EXTENSIONS = ("jupyter_server_fileid", "jupyterlab", "workbench.lab.collaboration")
"""All there are. Those of jupyterlab-git and nbdime read and write files past the server's checks."""

KERNEL = "python3"


def server_configuration(project: Project, *, port: int, password_hash: str) -> dict[str, Any]:
    """Return the configuration of the lab's server.

    Parameters
    ----------
    project : Project
    port : int
    password_hash : str

    Returns
    -------
    dict
        Traits of Jupyter's classes, by class.

    Examples
    --------
    >>> from pathlib import Path
    >>> told = server_configuration(Project(root=Path("/srv/city")), port=8888, password_hash="argon2:…")
    >>> told["ServerApp"]["ip"], told["PasswordIdentityProvider"]["token"]
    ('127.0.0.1', '')
    """
    folders = LabFolders.of(project)
    return {
        "ServerApp": {
            "ip": ADDRESS,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "use_redirect_file": False,
            "root_dir": str(project.notebooks.resolve()),
            "contents_manager_class": "workbench.lab.contents.NotebooksOnly",
            "cookie_secret_file": str(folders.cookie_secret),
            "terminals_enabled": False,
            "allow_remote_access": False,
            "allow_unauthenticated_access": False,
            "quit_button": False,  # one person's click would end everyone's session
            "allow_root": os.geteuid() == 0,  # containers run as root
        },
        "PasswordIdentityProvider": {
            "hashed_password": password_hash,
            "password_required": True,
            "allow_password_change": False,
            "updatable_fields": ["name", "display_name", "initials", "color"],  # no picture from another host
            "token": "",
        },
        "NotebooksOnly": {"checkpoints_class": "workbench.lab.contents.CopiesAside"},
        "CopiesAside": {"root_dir": str(folders.checkpoints)},
        "YDocExtension": {"session_store_path": str(folders.sessions), "document_save_delay": 1.0},
        "SQLiteYStore": {"db_path": str(folders.documents)},
        "ArbitraryFileIdManager": {"db_path": str(folders.file_ids), "db_journal_mode": "WAL"},
        "KernelSpecManager": {"allowed_kernelspecs": [KERNEL]},
        "LabApp": {
            "extension_manager": "readonly",  # no installing of packages from the page, no look at the package index
            "lock_all_plugins": True,  # switching one off would write into the shared environment
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "user_settings_dir": str(folders.jupyter / "settings"),
            "workspaces_dir": str(folders.jupyter / "workspaces"),
        },
    }


def write_configuration(project: Project, *, port: int, password_hash: str) -> None:
    """Write the server's configuration and the page's first settings.

    Parameters
    ----------
    project : Project
    port : int
    password_hash : str

    Examples
    --------
    >>> write_configuration(project, port=8888, password_hash="argon2:…")  # doctest: +SKIP
    """
    folders = LabFolders.of(project)
    write_json(folders.configuration, server_configuration(project, port=port, password_hash=password_hash))
    folders.configuration.chmod(0o600)
    write_json(
        folders.jupyter / "labconfig" / "default_setting_overrides.json",
        {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}},
    )
