"""``python -m workbench.cli``: the ``workbench`` command without its script."""

from workbench.cli.main import main

raise SystemExit(main())
