"""Other tools, each in an environment of its own: pycanon and anjana pin a pandas that the workbench cannot use.

    peer = peer_python("pycanon==1.3.6")     # None where it does not install
    peer.run(program, argument, ...)         # its standard output

The environment lies under ``.workbench/peers/`` and is made once, from the package index of the machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".workbench" / "peers"


@dataclass(frozen=True)
class Peer:
    """An interpreter that has a peer installed."""

    python: Path

    def run(self, program: str, *arguments: str) -> str:
        """Run a program's text in the peer's interpreter and return what it printed."""
        done = subprocess.run(
            [str(self.python), "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=FOLDER
        )
        if done.returncode:
            raise SystemExit(f"the peer failed: {done.stderr.strip().splitlines()[-1:]}")
        return done.stdout


def peer_python(*requirements: str) -> Peer | None:
    """Return an interpreter with the requirements installed, or None (said on the standard error) where they do not install."""
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(requirements).lower()).strip("-")
    folder = FOLDER / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.is_file():
        venv.create(folder, clear=True, with_pip=True)
        installed = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            print(f"{' '.join(requirements)} does not install: {installed.stderr.strip()[-200:]}", file=sys.stderr)
            return None
        done.touch()
    return Peer(python)
