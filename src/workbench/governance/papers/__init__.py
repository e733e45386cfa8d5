"""The files of ``governance/`` as they are written: one model each."""
