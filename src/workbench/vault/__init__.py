"""Where taken-in rows rest until they are protected: ``Vault``."""

from workbench.vault.parts import Rows, Vault

__all__ = ["Rows", "Vault"]
