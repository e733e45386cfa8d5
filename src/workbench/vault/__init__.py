"""Where taken-in rows rest until they are protected, sealed where they are about people: ``Vault``, ``Keys``, ``Register``."""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.vault.keeping import Keeping
    from workbench.vault.keys import Keys, read_keys
    from workbench.vault.parts import Rows, Vault
    from workbench.vault.register import Register
else:
    __getattr__ = lazily(
        __name__,
        {
            "Keeping": "workbench.vault.keeping",
            **dict.fromkeys(("Keys", "read_keys"), "workbench.vault.keys"),
            **dict.fromkeys(("Rows", "Vault"), "workbench.vault.parts"),
            "Register": "workbench.vault.register",
        },
    )

__all__ = ["Keeping", "Keys", "Register", "Rows", "Vault", "read_keys"]
