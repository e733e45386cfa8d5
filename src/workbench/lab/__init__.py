"""The analysts' door: JupyterLab in which two or more people edit the same notebook at once, on this machine only.

Synthetic and non-personal data only. ``start_lab`` gives a running server, ``serve`` runs one until it is interrupted.
"""

from workbench.lab.passwords import set_password
from workbench.lab.running import Lab, serve, start_lab

__all__ = ["Lab", "serve", "set_password", "start_lab"]
