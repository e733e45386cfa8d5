"""What of the environment reaches the lab's server and its kernels: a short list of names, and nothing else.

A list of what is allowed, not of what is forbidden: a key, token or password under a name that nobody thought of stays
out, and so does ``WORKBENCH_DATA``.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.lab.folders import LabFolders
from workbench.project import Project

MARK = "WORKBENCH_LAB"
"""Every process of a lab carries this variable, set to the lab's folder: that is how its last kernel is found."""

ALLOWED = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER", "XDG_CACHE_HOME"}
    | {"CONDA_PREFIX", "VIRTUAL_ENV"}
    | {"MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
)

ALLOWED_PREFIX = "LC_"


def lab_environment(project: Project, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for the lab's server, which its kernels inherit.

    Parameters
    ----------
    project : Project
    environment : mapping of str to str
        The environment of the caller.

    Returns
    -------
    dict of str to str
        What ``ALLOWED`` lets through, the project's root, and Jupyter's folders inside the lab's own.

    Examples
    --------
    >>> from pathlib import Path
    >>> found = lab_environment(Project(root=Path("/srv/city")), {"PATH": "/usr/bin", "SEOUL_OPEN_DATA_KEY": "k"})
    >>> found["WORKBENCH_ROOT"], "SEOUL_OPEN_DATA_KEY" in found
    ('/srv/city', False)
    """
    folders = LabFolders.of(project)
    kept = {name: value for name, value in environment.items() if name in ALLOWED or name.startswith(ALLOWED_PREFIX)}
    return {
        **kept,
        MARK: str(folders.root),
        "WORKBENCH_ROOT": str(project.root),
        "IPYTHONDIR": str(folders.ipython),
        "JUPYTER_CONFIG_DIR": str(folders.jupyter),
        "JUPYTER_DATA_DIR": str(folders.jupyter / "data"),
        "JUPYTER_RUNTIME_DIR": str(folders.runtime),
        "JUPYTER_PREFER_ENV_PATH": "0",
    }
