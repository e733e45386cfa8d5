"""What runs in the lab's server process: Jupyter with its walls checked, and an end that comes for certain.

Started by ``workbench.lab.server_process`` as ``python -P -m workbench.lab.server``; its standard input is a pipe whose other
end the starter holds, so that the server also ends when the starter is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from jupyter_server.serverapp import ServerApp

from workbench.errors import CheckFailed
from workbench.lab.configuration import ADDRESS, SERVER_EXTENSIONS
from workbench.lab.environment import MARK
from workbench.lab.processes import end_processes
from workbench.lab.server_process import STOP_WITHIN_S


def main(configuration: Path) -> None:
    """Run the server until it is told to stop.

    Parameters
    ----------
    configuration : Path
        The generated configuration file.
    """
    threading.Thread(target=_end_with_starter, name="end-with-starter", daemon=True).start()
    application = ServerApp.instance(jpserver_extensions=dict.fromkeys(SERVER_EXTENSIONS, True))
    application.initialize(argv=[f"--config={configuration}"], starter_extension="lab", find_extensions=False)
    check_walls(application)
    application.start()
    logging.shutdown()
    os._exit(0)  # everything is saved; threads of the document store would keep the interpreter from ending


def check_walls(application: ServerApp) -> None:
    """Stop before serving when something else on the machine (``/etc/jupyter``, say) has changed a wall.

    Parameters
    ----------
    application : jupyter_server.serverapp.ServerApp
        Initialised, not started.

    Raises
    ------
    CheckFailed
        Naming each wall that does not stand.
    """
    identity = application.identity_provider
    hashed = getattr(identity, "hashed_password", "")
    loaded = {name for name, enabled in application.jpserver_extensions.items() if enabled}
    walls = {
        f"the address is {ADDRESS}": application.ip == ADDRESS and not application.sock,
        "a password is set": hashed.startswith("argon2:"),
        "there is no token": identity.token == "",
        "nothing is open without the password": not application.allow_unauthenticated_access,
        "there are no terminals": not application.terminals_enabled,
        "only notebooks/ is served": type(application.contents_manager).__name__ == "NotebooksOnly",
        f"the extensions are {', '.join(SERVER_EXTENSIONS)}": loaded == set(SERVER_EXTENSIONS),
    }
    fallen = [wall for wall, stands in walls.items() if not stands]
    if fallen:
        raise CheckFailed(
            f"the lab's server is not what it must be; this does not hold: {'; '.join(fallen)}",
            hint="another Jupyter configuration on this machine changes it; `jupyter --paths` says where such files may lie",
        )


def _end_with_starter() -> None:
    """Wait for the starter's end of the pipe to close, then stop: politely first, then for certain."""
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_WITHIN_S)
    end_processes(Path(os.environ[MARK]))
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
